"""One sweep's part of the store, as its driver and the commands see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from hpo.ledger import TrialRecord
from hpo.storage.deposits import POPULATION, Deposit, Kind, deposits, folder_of
from hpo.storage.store import Store
from models.manifest import MANIFEST
from models.remote import Patience, is_url


def storage_url(about: Mapping[str, Any], name: str) -> str | None:
    """The sweep's folder in the store that its config names; None: it has none.

    A sweep's name is its own only in its ledger, so that a part of its id stands beside it.

    Args:
        about: What the ledger knows of the sweep.
        name: Of the sweep.
    """
    storage = about["config"].get("cluster", {}).get("storage")
    if storage is None:
        return None
    return f"{root_of(storage, about['cwd']).rstrip('/')}/{name}-{about['sweep_id'][:8]}"


def root_of(storage: str, folder: str | Path) -> str:
    """`cluster.storage`, where a relative path is meant from this folder."""
    return storage if is_url(storage) else str(Path(folder, Path(storage).expanduser()).resolve())


def store_of(about: Mapping[str, Any], name: str, patience_s: float) -> Store | None:
    """The sweep's part of the store; see `storage_url`.

    Args:
        patience_s: How long to wait for a store that is away, in seconds.
    """
    url = storage_url(about, name)
    return None if url is None else Store(url, Patience.of(patience_s))


def of_trial(found: Sequence[Deposit], number: int) -> list[Deposit]:
    """A trial's own."""
    return [deposit for deposit in found if deposit.number == number]


def weights_of(record: TrialRecord, found: Sequence[Deposit]) -> Deposit | None:
    """The deposit with a trial's best weights; those of an earlier step where these were lost; None: there are none."""
    best = [d for d in of_trial(found, record.number) if d.kind is Kind.BEST and d.whole]
    step = best_step(record)
    upto = [deposit for deposit in best if deposit.step <= step]
    return max(upto or best, default=None)


def best_step(record: TrialRecord) -> int:
    """The step of a trial's best weights, as its evaluations say it; 0: it was never evaluated."""
    return max((int(entry["step"]) for entry in record.evaluations if entry["improved"]), default=0)


def fetch_weights(store: Store, record: TrialRecord, folder: Path) -> str:
    """Fetch a trial's best weights.

    Returns:
        What a person should know about them; empty: nothing.

    Raises:
        FileNotFoundError: The store has none.
        RemoteError: They cannot be had.
    """
    deposit = weights_of(record, deposits(store, record.number))
    if deposit is None:
        raise FileNotFoundError(f"{store.url} has no weights of trial {record.number}")
    store.fetch(deposit.name, folder)
    (folder / MANIFEST).unlink()
    if deposit.step == best_step(record):
        return ""
    return (
        f"the best weights of trial {record.number}, of step {best_step(record)}, were lost on their way to the "
        f"storage; these are of step {deposit.step}"
    )


def clean(store: Store, records: Sequence[TrialRecord], kept: Collection[int]) -> None:
    """Remove what no trial owns: of those that ended, all but the best weights of the kept ones.

    Args:
        records: All trials of the sweep.
        kept: Numbers of those that ended and keep their weights.
    """
    found = deposits(store)
    alive = {record.number for record in records if not record.state.ended}
    if not alive:
        store.remove(POPULATION)
    for number in {deposit.number for deposit in found} - alive - set(kept):
        store.remove(folder_of(number))
    for record in records:
        if record.number in kept:
            weights, own = weights_of(record, found), of_trial(found, record.number)
            for attempt in {deposit.attempt for deposit in own}:
                if weights is None or weights.attempt != attempt:
                    store.remove(f"{folder_of(record.number)}/attempt-{attempt:03d}")
            for deposit in own:
                if weights is not None and deposit.attempt == weights.attempt and deposit != weights:
                    store.remove(deposit.name)
