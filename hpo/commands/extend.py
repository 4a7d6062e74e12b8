"""`hpo extend NAME --trials N | --hours H`: more budget, for a sweep that runs or one that has ended."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.asking import ask, driver_at, refuse_old
from hpo.errors import InputError
from hpo.ledger import Kind
from hpo.place import add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Enlarge a sweep's budget; one that nobody drives goes on here. Arguments: NAME --trials N, --hours H."""
    parser = argparse.ArgumentParser(prog="hpo extend", description="More budget for a sweep.")
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("--trials", type=int, default=0, metavar="N", help="so many more trials")
    parser.add_argument(
        "--hours",
        type=float,
        default=0.0,
        metavar="H",
        help="so many hours from now on; alone: with any number of trials",
    )
    add_place(parser)
    given = parser.parse_args(arguments)
    if given.trials < 0 or given.hours < 0 or not (given.trials or given.hours):
        raise InputError.one("--trials, --hours", "at least one must be given, and be more than 0")
    place = place_of(given)
    ledger = place.ledger(given.name)
    refuse_old(ledger)
    payload = {"trials": given.trials, "hours": given.hours}
    if driver_at(place, given.name) is not None:
        return ask(place, given.name, Kind.EXTEND, payload, console)
    from hpo.resume import resume  # noqa: PLC0415  # seconds to import, which asking a driver does without

    return resume(ledger, place, (), console, more=payload)
