"""Keeps the weights of the best trials on disk and removes the others as soon as they are beaten.

Complete trials come before pruned ones, as when the best trial is chosen, so that its weights are always kept.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from hpo.ledger import TrialRecord
from hpo.results import by_merit, weights_dir


class WeightKeeper:
    """Observer of a search: of the trials that have ended, at most the best `keep` have weights on disk.

    Args:
        keep: How many; a running trial's weights are not counted, they are judged when it ends.
    """

    def __init__(self, sweep_dir: Path, keep: int, maximize: bool) -> None:
        self._sweep_dir = sweep_dir
        self._keep = keep
        self._maximize = maximize
        self._kept: list[TrialRecord] = []

    def started(self, record: TrialRecord) -> None:
        """Nothing is on disk yet."""

    def evaluated(self, record: TrialRecord) -> None:
        """The training itself replaces its own weights by better ones."""

    def ended(self, record: TrialRecord) -> None:
        """Judge the trial's weights against those kept."""
        ranked = by_merit([*self._kept, record], self._maximize)
        self._kept = ranked[: self._keep]
        for beaten in {record.number, *(r.number for r in ranked)} - {r.number for r in self._kept}:
            trial_dir = weights_dir(self._sweep_dir, beaten).parent
            if trial_dir.is_dir():
                shutil.rmtree(trial_dir)
