"""Configurations by hand: one that was thought out, or a trial's with other values."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpo.control.answer import Answer
from hpo.control.asking import ANSWER_S, ask, refuse_old
from hpo.errors import InputError, Problem
from hpo.ledger import Kind, Ledger, TrialRecord
from hpo.place import Place
from hpo.results import weights_dir
from hpo.space import Space, space_from_dict

PATIENCE_S = 20.0  # For the sweep's storage.
WARM = "warm"  # Folder of weights that clones begin with.


def enqueue(place: Place, name: str, params: Mapping[str, Any], patience_s: float = ANSWER_S) -> Answer:
    """Try a configuration next, on top of the budget; the sampler learns from it.

    Args:
        params: By dotted name, one for each dimension of the space.

    Raises:
        UnknownSweepError: There is no such sweep.
        InputError: It is no point of the space: everything that is wrong with it.
    """
    return _put(place, place.ledger(name), params, {}, patience_s)


def clone(
    place: Place,
    name: str,
    trial: int,
    changes: Mapping[str, Any],
    *,
    warm: bool = False,
    patience_s: float = ANSWER_S,
) -> Answer:
    """Try a trial's configuration with other values next, on top of the budget.

    Args:
        changes: What is different, by dotted name.
        warm: Begin with the trial's best weights, not from nothing.

    Raises:
        UnknownSweepError: There is no such sweep.
        InputError: There is no such trial, it has no weights, or the result is no point of the space.
    """
    ledger = place.ledger(name)
    parent = {record.number: record for record in ledger.trials()}.get(trial)
    if parent is None:
        raise InputError.one("--trial", f"must be a trial of {name}, got {trial}")
    params = {**parent.params, **changes}
    check_point(ledger, params)  # Before anything is copied.
    origin = {"parent": parent.number, "warm_from": _snapshot(ledger, parent.number) if warm else None}
    return _put(place, ledger, params, origin, patience_s)


def check_point(ledger: Ledger, params: Mapping[str, Any]) -> Space:
    """The sweep's space, if the params are a point of it.

    Raises:
        InputError: They are not: everything that is wrong with them.
    """
    refuse_old(ledger)
    space = space_from_dict(ledger.about["space"])
    problems = space.contains(params)
    if problems:
        raise InputError(problems)
    return space


def parsed(values: Sequence[str]) -> dict[str, Any]:
    """`key=value` texts in Hydra's grammar, as on every command line.

    Raises:
        InputError: A text that is none.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser  # noqa: PLC0415  # not for programs
    from hydra.errors import HydraException  # noqa: PLC0415

    found: dict[str, Any] = {}
    problems = []
    for text in values:
        try:
            override = OverridesParser.create().parse_override(text)
        except HydraException as error:
            problems.append(Problem(text, f"not a value to set; {str(error).splitlines()[0]}", "write key=value"))
            continue
        found[override.key_or_group] = override.value()
    if problems:
        raise InputError(problems)
    return found


def _put(
    place: Place, ledger: Ledger, params: Mapping[str, Any], origin: Mapping[str, Any], patience_s: float
) -> Answer:
    space = check_point(ledger, params)
    plain = dict(space.decode(space.encode(params)))
    return ask(place, ledger.name, Kind.ENQUEUE, {"params": plain, **origin}, patience_s)


def _snapshot(ledger: Ledger, number: int) -> str:
    """A copy of the parent's best weights, which the sweep itself may remove before the clone begins.

    It is where every node sees it: in the sweep's storage, where there is one.
    """
    from hpo.storage.sweep import store_of  # noqa: PLC0415  # it imports what speaks to object stores

    store = store_of(ledger.about, ledger.name, PATIENCE_S)
    if store is not None:
        return _stored_snapshot(store, ledger.trial(number))
    sweep_dir = Path(ledger.about["sweep_dir"])
    weights = weights_dir(sweep_dir, number)
    if not weights.is_dir():
        raise _without_weights(number)
    copy = sweep_dir / WARM / uuid.uuid4().hex
    shutil.copytree(weights, copy)
    return str(copy)


def _stored_snapshot(store: Any, record: TrialRecord) -> str:
    from hpo.storage.deposits import deposits  # noqa: PLC0415
    from hpo.storage.sweep import weights_of  # noqa: PLC0415

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
