"""The confirmation in MLflow: child runs of the sweep's own run, beside those of the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpo.config.schema import TrackingSpec
from hpo.confirm.retraining import SEED
from hpo.ledger import Ledger
from hpo.tracking.client import open_client
from hpo.tracking.retry import Retry
from hpo.tracking.role import CONFIRMATION, Role
from hpo.tracking.runs import Runs
from hpo.tracking.telling import Telling
from hpo.tracking.tracker import Tracker

AS_LONG_AS_IT_TAKES_S = 1e6  # The thread that waits ends with the process.


class InnerRuns(Runs):
    """Runs inside the run of a sweep that another tracker makes and keeps.

    Args:
        outer: That tracker.
    """

    def __init__(self, uri: str, ledger: Ledger, experiment: str, retry: Retry, outer: Tracker) -> None:
        super().__init__(uri, ledger, experiment, None, retry, CONFIRMATION)
        self._outer = outer

    def open(self) -> None:
        """Open the store, and wait until the sweep's run is there."""
        runs = self._outer.opened(AS_LONG_AS_IT_TAKES_S)
        self.client = self._retry.ask(open_client, self.uri)
        noted = self._ledger.about.get("mlflow_run_id")
        self.known = noted == runs.parent_id
        if noted and not self.known:
            self._forget()
        self._doubtful = bool(noted)  # An earlier driver may have made runs.
        self.experiment_id, self._ids[None] = runs.experiment_id, runs.parent_id
        self._ledger.note("mlflow_run_id", self.parent_id)


class ConfirmationTracker(Tracker):
    """Observer of the confirmation.

    Args:
        ledger: The confirmation's own.
        outer: The sweep's tracker, which is to be closed later than this one.
    """

    def __init__(self, ledger: Ledger, spec: TrackingSpec, metric: str, outer: Tracker) -> None:
        self._outer = outer
        super().__init__(ledger, spec, None, metric)

    def close(self, patience_s: float) -> None:
        """Wait until everything is written; the sweep's own run goes on.

        Args:
            patience_s: The longest time without progress, in seconds.

        Raises:
            TrackingError: When MLflow did not take it all.
        """
        self._writer.close(patience_s)

    def _make_telling(self, ledger: Ledger, role: Role) -> Telling:
        """The search's names for the same parameters; the seed is one of them here."""
        short = self._outer.telling.short
        own = {} if SEED.rpartition(".")[2] in short.values() else {SEED: SEED.rpartition(".")[2]}
        return replace(Telling.of(ledger, self.metric, role), short={**own, **short})

    def _make_runs(self, about: Mapping[str, Any], spec: TrackingSpec, artifacts: Path | None, retry: Retry) -> Runs:
        return InnerRuns(about["mlflow_uri"], self._ledger, spec.experiment, retry, self._outer)
