"""Removes the checkpoints that no member of a population can take over any more."""

from __future__ import annotations

import shutil
from pathlib import Path

from hpo.ledger import BY_SCHEDULER, Ledger, TrialRecord
from hpo.population.course import kept_name
from hpo.storage.deposits import POPULATION
from hpo.storage.remover import Remover
from hpo.storage.store import PATIENCE_S
from hpo.storage.sweep import store_of

FEWEST = 2  # So many of one step are there at least, from which a member that takes a lost one's place can begin.


class AsideKeeper:
    """Observer of a search: checkpoints are kept until every member has been evaluated beyond their step.

    The newest step of which there are two stays, for a member that takes the place of one that was lost. When no
    member is left, none stays.

    Args:
        sweep_dir: The sweep's folder.
        ledger: Of the sweep.
    """

    def __init__(self, sweep_dir: Path, ledger: Ledger) -> None:
        self._folder = sweep_dir / POPULATION
        store = store_of(ledger.about, ledger.name, PATIENCE_S)
        self._store_url = None if store is None else store.url
        self._remover: Remover | None = None
        self._kept: dict[int, set[int]] = {}  # By the step: the trials that left it behind.
        self._steps: dict[int, int] = {}  # Of each member that has not ended.
        records = ledger.trials()
        for record in records:
            self._learn(record)
            if not record.state.ended:
                self._steps[record.number] = record.steps
        if records:  # The last driver may have been gone before it could.
            self._tidy()

    def started(self, record: TrialRecord) -> None:
        """It may begin with any of them."""
        self._steps[record.number] = record.steps

    def evaluated(self, record: TrialRecord) -> None:
        """It needs none up to there."""
        self._steps[record.number] = record.steps
        self._tidy()

    def paused(self, record: TrialRecord) -> None:
        """It may have left one behind."""
        self._learn(record)

    def resumed(self, record: TrialRecord) -> None:
        """It may take one over now."""

    def ended(self, record: TrialRecord) -> None:
        """It needs none."""
        self._steps.pop(record.number, None)
        self._tidy()

    def _learn(self, record: TrialRecord) -> None:
        for attempt in record.attempts:
            if attempt.kept_step is not None and attempt.end == BY_SCHEDULER:
                self._kept.setdefault(attempt.kept_step, set()).add(record.number)

    def _tidy(self) -> None:
        if not self._steps:  # What a driver that was killed never knew of goes too.
            self._kept.clear()
            self._remove("")
            return
        newest = max((step for step, numbers in self._kept.items() if len(numbers) >= FEWEST), default=0)
        for step in [step for step in self._kept if step < min(newest, *self._steps.values())]:
            for number in self._kept.pop(step):
                self._remove(kept_name(number, step))

    def _remove(self, name: str) -> None:
        if self._store_url is None:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            return
        self._remover = self._remover or Remover(self._store_url)
        self._remover.folder("/".join(filter(None, (self._store_url, POPULATION, name))))
