"""One sweep in MLflow: a parent run, a nested run a trial, told truthfully and by the same numbers as the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpo.config.schema import TrackingSpec
from hpo.ledger import Ledger, TrialRecord
from hpo.redact import Redactor
from hpo.tracking import writes
from hpo.tracking.description import NOTE, under_way
from hpo.tracking.progress import Progress, best_of
from hpo.tracking.retry import PATIENCE_S, Retry
from hpo.tracking.role import Role
from hpo.tracking.runs import Runs
from hpo.tracking.telling import Telling
from hpo.tracking.writer import Writer
from hpo.tracking.writes import Write


class Tracker:
    """Observer of a search that shows it in MLflow. No call waits for MLflow but those that say so.

    Of what the ledger says about the sweep it needs `sweep_id`, `mlflow_uri` and `started_at`; it writes there
    `mlflow_run_id`, `mlflow_experiment_id` and `mlflow_seq`, and the trials' run ids.

    Args:
        artifacts: Folder for the artifacts of an experiment made here; None: the server's own place.
        metric: Name of the optimized metric.
    """

    def __init__(self, ledger: Ledger, spec: TrackingSpec, artifacts: Path | None, metric: str) -> None:
        about = ledger.about
        self.sweep = ledger.sweep
        self.metric = metric
        self._ledger = ledger
        self._started_ms = writes.milliseconds(about["started_at"])
        retry = Retry()
        self._runs = self._make_runs(about, spec, artifacts, retry)
        self.telling = self._make_telling(ledger, self._runs.role)
        self._progress = Progress(metric, ledger.maximize)
        self._writer = Writer(self._runs, ledger, self.telling, retry)

    def describe(self, params: Mapping[str, Any], tags: Mapping[str, Any]) -> None:
        """Parameters and tags of the sweep's own run. What differs there stays, and a tag tells the new value."""
        self._writer.put(Write(None, params=writes.as_params(params), tags=writes.as_tags(tags), unsure=True))

    def note(self, markdown: str) -> None:
        """The sweep's description, for people, without secrets; it replaces the one before."""
        self._writer.put(Write(None, tags={NOTE: Redactor().text(markdown)}))

    def view(self, tags: Mapping[str, str]) -> None:
        """Tags of the experiment, such as a view of its runs."""
        self._writer.put(Write(None, experiment_tags=dict(tags)))

    def text(self, name: str, content: str) -> None:
        """A text file among the sweep's artifacts; one of the same name is replaced."""
        self._writer.put(Write(None, texts={name: content}))

    def baselines(self, found: Iterable[Mapping[str, Any]]) -> None:
        """What the cheap baselines reach, as metrics of the sweep's own run. Said again, it changes nothing."""
        values = {f"eval/baseline/{b['name']}/{metric}": value for b in found for metric, value in b["metrics"].items()}
        self._writer.put(Write(None, metrics=writes.as_metrics(values, self._started_ms, 0), unsure=True))

    def figures(self, values: Mapping[str, float], at: float, step: int) -> None:
        """Metrics of the sweep's own run. Said again, it changes nothing.

        Args:
            at: When they became known, Unix seconds, as the ledger has it.
            step: Number of the trial that they are of, or of trials that had ended.
        """
        points = writes.as_metrics(values, writes.milliseconds(at), step)
        self._writer.put(Write(None, metrics=points, unsure=True))

    def catch_up(self, records: Sequence[TrialRecord]) -> None:
        """After a restart: write what MLflow does not have, before anything that happens from now on.

        Args:
            records: The ledger's, after `Ledger.settle` and before the search goes on.
        """
        self._progress.take_all(records)
        self._writer.catch_up([replace(r, evaluations=list(r.evaluations), attempts=list(r.attempts)) for r in records])

    def started(self, record: TrialRecord) -> None:
        """Make the trial's run."""
        self._writer.put(self.telling.started(record))

    def evaluated(self, record: TrialRecord) -> None:
        """Write the newest evaluation."""
        self._writer.put(self.telling.evaluated(record))

    def paused(self, record: TrialRecord) -> None:
        """Write that the trial waits."""
        self._writer.put(self.telling.standing(record))

    def resumed(self, record: TrialRecord) -> None:
        """Write that the trial goes on."""
        self._writer.put(self.telling.standing(record))

    def ended(self, record: TrialRecord) -> None:
        """Write how the trial ended, what it has one of, and how far the sweep is."""
        for write in self.telling.ended(record, self._progress):
            self._writer.put(write)
        if self._runs.role.value_among:
            trials = self._ledger.about.get("budget", {}).get("trials")  # It may have been extended.
            self.note(under_way(self.sweep, self.metric, self._progress, trials))

    def front(self, records: Iterable[TrialRecord], members: Iterable[TrialRecord]) -> None:
        """Tag each trial with whether it is on the Pareto front. Said again, it changes nothing."""
        chosen = {record.number for record in members}
        for record in records:
            if record.standing.losses and record.state.ended:
                self._writer.put(Write(record.number, tags=writes.as_tags({"front": record.number in chosen})))

    def wait_written(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until all that was said so far is in MLflow, and the run ids in the ledger.

        Args:
            patience_s: The longest time without progress, in seconds.

        Raises:
            TrackingError: The patience ran out.
        """
        self._writer.wait_written(patience_s)

    def opened(self, patience_s: float = PATIENCE_S) -> Runs:
        """The sweep's runs in MLflow, after waiting until there is one.

        Raises:
            TrackingError: MLflow did not answer for so many seconds.
        """
        self._writer.wait_open(patience_s)
        return self._runs

    def best(self, record: TrialRecord | None, at: float) -> None:
        """The best trial, where it is not the best of those that have ended: one that is to go on.

        Args:
            at: When that was known, Unix seconds, as the ledger has it.
        """
        known = self._progress.best
        if record is not None and (known is None or known.number != record.number):
            self.figures(best_of(self.metric, record), at, self._progress.ended)

    def finish(self, values: Mapping[str, float], status: str, at: float, patience_s: float = PATIENCE_S) -> None:
        """Write what the sweep has one of and its end, and wait until everything is written.

        Args:
            values: Metrics of the sweep's own run.
            status: One of MLflow's: FINISHED, FAILED, KILLED.
            at: When the sweep ended, Unix seconds, as the ledger has it.
            patience_s: The longest time without progress, in seconds.

        Raises:
            TrackingError: When MLflow did not take it all.
        """
        at_ms = writes.milliseconds(at)
        self._writer.put(Write(None, metrics=writes.as_metrics(values, at_ms, 0), status=status, end_ms=at_ms))
        self._writer.close(patience_s)

    def _make_runs(self, about: Mapping[str, Any], spec: TrackingSpec, artifacts: Path | None, retry: Retry) -> Runs:
        return Runs(about["mlflow_uri"], self._ledger, spec.experiment, artifacts, retry)

    def _make_telling(self, ledger: Ledger, role: Role) -> Telling:
        return Telling.of(ledger, self.metric, role)
