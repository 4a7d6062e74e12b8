"""The sweep's runs in MLflow: its own and one a trial, each made once, whatever became of the call that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlflow.entities import LifecycleStage, Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from hpo.ledger import Ledger, TrialRecord
from hpo.tracking.client import open_client, repeats_by_itself
from hpo.tracking.description import NOTE
from hpo.tracking.retry import Retry
from hpo.tracking.role import TRIAL, Role

EXPERIMENT_TAGS = {
    "mlflow.experimentKind": "custom_model_development",  # The UI's views for training, not for agents.
    NOTE: "A run is a sweep. Inside are its trials (`trial 0007`), and the best of them trained again "
    "(`again 0007 seed 1042`).",
}
PAGE = 1000  # MLflow's SQL stores give at most 50,000 runs a call, its servers may allow fewer.
MISSING = "RESOURCE_DOES_NOT_EXIST"


class Runs:
    """Finds and makes runs, with patience. Used by one thread, once it is open.

    A run is searched for before it is made wherever it may exist already: after a call that failed, and when the sweep
    is resumed. Ids are written to the ledger as soon as they are known.

    Args:
        uri: MLflow's tracking URI.
        experiment: Name of the experiment; made when there is none.
        artifacts: Folder for the artifacts of an experiment made here; None: the server's own place.
        role: What the child runs are.

    Attributes:
        known: Whether MLflow knows the sweep as the ledger says. If not, everything is written from the beginning.
        made: Whose runs were made here, so that nothing is in them that was not written here.
    """

    def __init__(
        self,
        uri: str,
        ledger: Ledger,
        experiment: str,
        artifacts: Path | None,
        retry: Retry,
        role: Role = TRIAL,
    ) -> None:
        self.uri = uri
        self.role = role
        self.known = False
        self.made: set[int | None] = set()
        self.client: MlflowClient
        self.experiment_id = ""
        self._ledger = ledger
        self._experiment_name = experiment
        self._artifacts = artifacts
        self._retry = retry
        self._ids: dict[int | None, str] = {}
        self._doubtful = False  # Whether a run may have been made that no one knows.

    @property
    def parent_id(self) -> str:
        """Id of the sweep's own run."""
        return self._ids[None]

    def open(self) -> None:
        """Open the store, find or make the experiment and the sweep's run, and set it running."""
        self.client = self._retry.ask(open_client, self.uri)
        about = self._ledger.about
        noted = about.get("mlflow_run_id")
        run = self._get(noted) if noted else None
        self.known = run is not None
        if run is None:
            if noted:
                self._forget()
            self.experiment_id = self._retry(lambda _tries: self._experiment(), refusals=True)
            self._ids[None] = self._retry(lambda tries: self._make_parent(about, tries), refusals=True)
        else:
            self.experiment_id = str(run.info.experiment_id)
            self._ids[None] = self._revive(run)
        self._ledger.note("mlflow_experiment_id", self.experiment_id)
        self._ledger.note("mlflow_run_id", self.parent_id)

    def has(self, key: int | None) -> bool:
        """Whether the run of a trial is known by its id."""
        return key in self._ids

    def id_of(self, key: int | None) -> str:
        """Id of the run of a trial, or with None of the sweep."""
        return self._ids[key]

    def take_over(self, records: Iterable[TrialRecord]) -> None:
        """Take the ids that the ledger has, where they are those of this MLflow."""
        if self.known:
            self._ids |= {record.number: record.mlflow_run_id for record in records if record.mlflow_run_id}

    def look_up(self) -> None:
        """Ask for the trials' runs that exist; the others are then known not to."""
        self._doubtful = True
        for number, runs in self._children().items():
            if number not in self._ids:
                self._keep(number, runs[0])

    def make(self, number: int, name: str, at_ms: int, tags: Mapping[str, str]) -> None:
        """Make a trial's run, inside the sweep's.

        Args:
            at_ms: When the trial began, in milliseconds.
        """
        whole = {"mlflow.parentRunId": self.parent_id, "mlflow.runName": name, **tags, self.role.tag: str(number)}

        def create(tries: int) -> str:
            self._doubtful |= tries > 0
            found = self._search(f"{self._inside} and tags.{self.role.tag} = '{number}'") if tries else []
            if found:
                return str(found[0].info.run_id)
            run = self.client.create_run(self.experiment_id, start_time=at_ms, tags=whole, run_name=name)
            self.made.add(number)
            return str(run.info.run_id)

        self._keep(number, self._retry(create, refusals=True))

    def writable(self, run_id: str) -> bool:
        """Whether a run exists and was not deleted by a person."""
        run = self._get(run_id)
        return run is not None and run.info.lifecycle_stage == LifecycleStage.ACTIVE

    def delete_twins(self) -> None:
        """Delete the runs that a slow server made for calls that had been given up, and that were made again."""
        if not self._doubtful and not repeats_by_itself():
            return
        for run in self._search(_is_sweep(self._ledger.about)):
            if run.info.run_id != self.parent_id:
                self._retry.ask(self.client.delete_run, run.info.run_id)
        for number, runs in self._children().items():
            for run_id in set(runs) - {self._ids.get(number, runs[0])}:
                self._retry.ask(self.client.delete_run, run_id)

    @property
    def _inside(self) -> str:
        return f"tags.`mlflow.parentRunId` = '{self.parent_id}'"

    def _experiment(self) -> str:
        found = self._retry.ask(self.client.get_experiment_by_name, self._experiment_name)
        if found is not None:
            return str(found.experiment_id)
        location = self._artifacts.resolve().as_uri() if self._artifacts is not None else None
        return str(
            self.client.create_experiment(self._experiment_name, artifact_location=location, tags=EXPERIMENT_TAGS)
        )

    def _make_parent(self, about: Mapping[str, Any], tries: int) -> str:
        self._doubtful |= tries > 0
        found = self._search(_is_sweep(about))
        if found:
            return self._revive(found[0])
        name = self._ledger.name
        run = self.client.create_run(
            self.experiment_id,
            start_time=round(1000 * about["started_at"]),
            run_name=name,
            tags={"mlflow.runName": name, "sweep": name, "sweep_id": about["sweep_id"]},
        )
        self.made.add(None)
        return str(run.info.run_id)

    def _revive(self, run: Run) -> str:
        run_id = str(run.info.run_id)
        if run.info.lifecycle_stage != LifecycleStage.ACTIVE:
            self._retry.ask(self.client.restore_run, run_id)
        self._retry.ask(self.client.update_run, run_id, status="RUNNING")
        self._doubtful = True
        return run_id

    def _forget(self) -> None:
        """The ledger's ids are of another server, or of one that lost its database."""
        self._ledger.note("mlflow_seq", 0)
        for record in self._ledger.trials():
            if record.mlflow_run_id:
                self._ledger.set_run_id(record.number, "")

    def _keep(self, number: int, run_id: str) -> None:
        self._ids[number] = run_id
        self._ledger.set_run_id(number, run_id)

    def _get(self, run_id: str) -> Run | None:
        try:
            return self._retry.ask(self.client.get_run, run_id)
        except MlflowException as error:
            if error.error_code != MISSING:
                raise
            return None

    def _children(self) -> dict[int, list[str]]:
        """Ids of the trials' runs, by number."""
        found: dict[int, list[str]] = {}
        for run in self._search(self._inside):
            number = run.data.tags.get(self.role.tag, "")
            if number.isdigit():  # A person may have put a run of their own there.
                found.setdefault(int(number), []).append(run.info.run_id)
        return found

    def _search(self, condition: str) -> list[Run]:
        """Runs of the experiment, those that were made first before others."""
        found: list[Run] = []
        token = None
        while True:
            page = self._retry.ask(
                self.client.search_runs, [self.experiment_id], condition, max_results=PAGE, page_token=token
            )
            found += page
            token = page.token
            if not token:
                return sorted(found, key=lambda run: (run.info.start_time, run.info.run_id))


def _is_sweep(about: Mapping[str, Any]) -> str:
    return f"tags.sweep_id = '{about['sweep_id']}'"
