"""`hpo clone NAME --trial K key=value ... [--warm]`: a trial again with other values, from nothing or its weights."""

from __future__ import annotations

import argparse
import shutil
import uuid
from pathlib import Path

from rich.console import Console

from hpo.commands.enqueue import check_point, parsed, put
from hpo.errors import InputError
from hpo.ledger import Ledger, TrialRecord
from hpo.place import add_place, place_of
from hpo.results import weights_dir
from hpo.storage.deposits import deposits
from hpo.storage.store import Store
from hpo.storage.sweep import store_of, weights_of
from hpo.trained import PATIENCE_S, chosen_trial

WARM = "warm"  # Folder of weights that clones begin with.


def run(arguments: list[str], console: Console) -> int:
    """Try a trial's configuration with changes next. Arguments: NAME --trial K [key=value ...] [--warm]."""
    parser = argparse.ArgumentParser(
        prog="hpo clone", description="A trial's configuration with other values, tried next, on top of the budget."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("values", metavar="key=value", nargs="*", help="what is different")
    parser.add_argument("--trial", type=int, required=True, metavar="K", help="the trial to clone")
    parser.add_argument(
        "--warm", action="store_true", help="begin with the best weights of the trial, not from nothing"
    )
    add_place(parser)
    given = parser.parse_intermixed_args(arguments)
    place = place_of(given)
    ledger = place.ledger(given.name)
    parent = chosen_trial(ledger, given.trial)
    params = {**parent.params, **parsed(given.values)}
    check_point(ledger, params)  # Before anything is copied.
    origin = {"parent": parent.number, "warm_from": _snapshot(ledger, parent.number) if given.warm else None}
    return put(ledger, place, params, origin, console)


def _snapshot(ledger: Ledger, number: int) -> str:
    """A copy of the parent's best weights, which the sweep itself may remove before the clone begins.

    It is where every node sees it: in the sweep's storage, where there is one.
    """
    store = store_of(ledger.about, ledger.name, PATIENCE_S)
    if store is not None:
        return _stored_snapshot(store, ledger.trials()[number])
    sweep_dir = Path(ledger.about["sweep_dir"])
    weights = weights_dir(sweep_dir, number)
    if not weights.is_dir():
        raise _without_weights(number)
    copy = sweep_dir / WARM / uuid.uuid4().hex
    shutil.copytree(weights, copy)
    return str(copy)


def _stored_snapshot(store: Store, record: TrialRecord) -> str:
    for _ in range(2):  # A running trial may just replace what was found.
        weights = weights_of(record, deposits(store, record.number))
        if weights is None:
            break
        name = f"{WARM}/{uuid.uuid4().hex}"
        try:
            store.copy(weights.name, name)
        except FileNotFoundError:
            store.remove(name)
        else:
            return f"{store.url}/{name}"
    raise _without_weights(record.number)


def _without_weights(number: int) -> InputError:
    hint = "the best trials keep theirs, sweep.keep_models says how many; without --warm it begins from nothing"
    return InputError.one("--warm", f"trial {number} has no weights", hint)
