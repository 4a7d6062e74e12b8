"""`hpo enqueue NAME key=value ...` and what `hpo clone` shares with it: a configuration by hand, tried next."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from rich.console import Console

from hpo.asking import ask, refuse_old
from hpo.errors import InputError, Problem
from hpo.ledger import Kind, Ledger
from hpo.place import Place, add_place, place_of
from hpo.space import Space, space_from_dict


def run(arguments: list[str], console: Console) -> int:
    """Put a configuration before the sampler's own. Arguments: NAME key=value ..."""
    parser = argparse.ArgumentParser(
        prog="hpo enqueue", description="Tries a configuration next, on top of the budget; the sampler learns from it."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("values", metavar="key=value", nargs="+", help="one for each dimension of the space")
    add_place(parser)
    given = parser.parse_intermixed_args(arguments)
    place = place_of(given)
    ledger = place.ledger(given.name)
    return put(ledger, place, parsed(given.values), {}, console)


def put(ledger: Ledger, place: Place, params: Mapping[str, Any], origin: Mapping[str, Any], console: Console) -> int:
    """Check a configuration against the sweep's space, and ask for it.

    Args:
        params: By dotted name, whole.
        origin: `parent` and `warm_from` of a clone.

    Raises:
        InputError: It is no point of the space: everything that is wrong with it.
    """
    space = check_point(ledger, params)
    return ask(place, ledger.name, Kind.ENQUEUE, {"params": _plain(space, params), **origin}, console)


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


def _plain(space: Space, params: Mapping[str, Any]) -> dict[str, Any]:
    return dict(space.decode(space.encode(params)))
