"""Configurations by hand: one that was thought out, or a trial's with other values."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hpo.control.answer import Answer
from hpo.control.asking import ANSWER_S, ask, refuse_old
from hpo.errors import InputError, Problem
from hpo.ledger import Kind, TrialRecord
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
    about = place.read(name).about
    return _put(place, name, about, params, {}, patience_s)


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

    What the changes leave without its condition is left out; what they make part of the trial has the config's value,
    where that is one of the space, and else must be among them.

    Args:
        changes: What is different, by dotted name.
        warm: Begin with the trial's best weights, not from nothing.

    Raises:
        UnknownSweepError: There is no such sweep.
        InputError: There is no such trial, it has no weights, or the result is no point of the space.
    """
    found = place.read(name)
    parent = {record.number: record for record in found.records}.get(trial)
    if parent is None:
        raise InputError.one("--trial", f"must be a trial of {name}, got {trial}")
    params = _changed(found.about, parent.params, changes)
    check_point(name, found.about, params)  # Before anything is copied.
    origin = {"parent": parent.number, "warm_from": _snapshot(name, found.about, parent) if warm else None}
    return _put(place, name, found.about, params, origin, patience_s)


def check_point(name: str, about: Mapping[str, Any], params: Mapping[str, Any]) -> Space:
    """The sweep's space, if the params are a point of it.

    Args:
        about: What the ledger knows of the sweep.

    Raises:
        InputError: They are not: everything that is wrong with them.
    """
    refuse_old(name, about)
    space = space_from_dict(about["space"])
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


def _changed(about: Mapping[str, Any], params: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with changes, and those dimensions taken out and in whose conditions they changed.

    Raises:
        InputError: A dimension that is taken in has no value.
    """
    found: dict[str, Any] = dict(changes)
    problems = []
    for dimension in space_from_dict(about["space"]).dimensions:  # Each after those that it depends on.
        name = dimension.name
        if name in found or not all(c.on in found and c.holds(found[c.on]) for c in dimension.when):
            continue
        known = [params[name]] if name in params else [v for v in _configured(about, name) if dimension.contains(v)]
        if known:
            found[name] = known[0]
        else:
            hint = f"it is part of the trial when {' and '.join(map(str, dimension.when))}"
            problems.append(Problem(name, f"needs a value in {dimension.extent}", hint))
    if problems:
        raise InputError(problems)
    return found


def _configured(about: Mapping[str, Any], name: str) -> Iterator[Any]:
    """The config's own value of a dimension; nothing where it has none."""
    value = about["config"]
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return
        value = value[key]
    yield value


def _put(
    place: Place,
    name: str,
    about: Mapping[str, Any],
    params: Mapping[str, Any],
    origin: Mapping[str, Any],
    patience_s: float,
) -> Answer:
    space = check_point(name, about, params)
    plain = dict(space.decode(space.encode(params)))
    return ask(place, name, Kind.ENQUEUE, {"params": plain, **origin}, patience_s)


def _snapshot(name: str, about: Mapping[str, Any], parent: TrialRecord) -> str:
    """A copy of the parent's best weights, which the sweep itself may remove before the clone begins.

    It is where every node sees it: in the sweep's storage, where there is one.
    """
    from hpo.storage.sweep import store_of  # noqa: PLC0415  # it imports what speaks to object stores

    store = store_of(about, name, PATIENCE_S)
    if store is not None:
        return _stored_snapshot(store, parent)
    sweep_dir = Path(about["sweep_dir"])
    weights = weights_dir(sweep_dir, parent.number)
    if not weights.is_dir():
        raise _without_weights(parent.number)
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
