"""Keeps the weights of the best trials and removes the others as soon as they are beaten, here and in the storage.

Complete trials come before pruned ones, as when the best trial is chosen, so that its weights are always kept. Of a
sweep with several aims, the whole Pareto front keeps its weights.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hpo.front import front
from hpo.ledger import Ledger, TrialRecord
from hpo.results import by_merit, weights_dir
from hpo.storage.deposits import deposits
from hpo.storage.remover import Remover
from hpo.storage.store import PATIENCE_S
from hpo.storage.sweep import clean, fetch_weights, store_of
from models.remote import RemoteError, is_url

LEAVING_PATIENCE_S = 60.0  # For a storage that is away when the driver leaves.

Choose = Callable[[list[TrialRecord], int], list[TrialRecord]]


def worth_keeping(ranked: list[TrialRecord], keep: int) -> list[TrialRecord]:
    """The first `keep`, and of several aims the whole front: a person is still to choose from it."""
    chosen = {record.number for record in [*ranked[:keep], *front(ranked)]}
    return [record for record in ranked if record.number in chosen]


class WeightKeeper:
    """Observer of a search: of the trials that have ended, at most the best `keep` have weights.

    What only an unfinished training needs (checkpoints) goes with its end.

    Args:
        keep: How many; a running trial's weights are not counted, they are judged when it ends.
        ledger: Of the sweep; what an earlier driver left is judged at once.
        choose: Which of the trials that have ended, the best first, keep theirs.

    Raises:
        RemoteError: The sweep's storage cannot be read.
    """

    def __init__(self, sweep_dir: Path, keep: int, ledger: Ledger, choose: Choose = worth_keeping) -> None:
        self._sweep_dir = sweep_dir
        self._choose = choose
        self._keep = keep
        self._maximize = ledger.maximize
        self._kept: list[TrialRecord] = []
        store = store_of(ledger.about, ledger.name, PATIENCE_S)
        self._remover = None if store is None else Remover(store.url)
        there = set() if store is None else {deposit.number for deposit in deposits(store)}
        for record in ledger.trials():
            if record.state.ended and (record.number in there or self._folder(record.number).is_dir()):
                self.ended(record)

    def started(self, record: TrialRecord) -> None:
        """Nothing is there yet."""

    def evaluated(self, record: TrialRecord) -> None:
        """The training itself replaces its own weights by better ones."""

    def paused(self, record: TrialRecord) -> None:
        """Its checkpoint is needed."""

    def resumed(self, record: TrialRecord) -> None:
        """It goes on from its checkpoint."""

    def ended(self, record: TrialRecord) -> None:
        """Judge the trial's weights against those kept."""
        ranked = by_merit([*self._kept, record], self._maximize)
        self._kept = self._choose(ranked, self._keep)
        kept = {other.number for other in self._kept}
        for beaten in {record.number, *(r.number for r in ranked)} - kept:
            shutil.rmtree(self._folder(beaten), ignore_errors=True)
            if self._remover is not None:
                self._remover.trial(beaten)
        if record.number in kept:
            self._tidy(record.number)
            if self._remover is not None:
                self._remover.checkpoints(record.number)
        if record.warm_from is not None:
            self._remove_start(record.warm_from)

    def _tidy(self, number: int) -> None:
        """Leave nothing but the weights."""
        best = weights_dir(self._sweep_dir, number)
        if not best.parent.is_dir():
            return
        for path in best.parent.iterdir():
            if path.is_dir() and path != best:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_file():
                path.unlink(missing_ok=True)

    def _remove_start(self, warm_from: str) -> None:
        if self._remover is not None and is_url(warm_from):
            self._remover.folder(warm_from)
        else:
            shutil.rmtree(warm_from, ignore_errors=True)

    def _folder(self, number: int) -> Path:
        return weights_dir(self._sweep_dir, number).parent


def tidy_up(ledger: Ledger, keep: int, choose: Choose = worth_keeping) -> str:
    """Remove what no trial owns from the storage, when none runs any more.

    Args:
        keep: How many of the trials that have ended keep their weights.
        choose: Which of them, the best first.

    Returns:
        What could not be done; empty: nothing.
    """
    try:
        store = store_of(ledger.about, ledger.name, LEAVING_PATIENCE_S)
        if store is not None:
            records = ledger.trials()
            ended = [record for record in records if record.state.ended]
            kept = {record.number for record in choose(by_merit(ended, ledger.maximize), keep)}
            clean(store, records, kept)
    except RemoteError as error:
        return f"{error}; hpo resume {ledger.name} removes what no trial needs any more"
    return ""


def bring_weights(ledger: Ledger, record: TrialRecord, folder: Path) -> str:
    """See to it that a trial's best weights are in a folder here, where the sweep's storage has them.

    Returns:
        What a person should know about those that were fetched; empty: nothing.

    Raises:
        RemoteError: They cannot be had.
    """
    store = None if folder.is_dir() else store_of(ledger.about, ledger.name, LEAVING_PATIENCE_S)
    if store is None:
        return ""
    try:
        return fetch_weights(store, record, folder)
    except FileNotFoundError:
        return ""
