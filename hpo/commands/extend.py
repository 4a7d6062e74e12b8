"""`hpo extend NAME --trials N`, or hours, or another target: for a sweep that runs or one that has ended."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.asking import ask, driver_at, refuse_old
from hpo.errors import InputError
from hpo.ledger import Kind
from hpo.place import add_place, place_of

AMOUNTS = ("trials", "hours", "gpu_hours", "cpu_hours")


def run(arguments: list[str], console: Console) -> int:
    """Enlarge a sweep's budget; one that nobody drives goes on here. Arguments: NAME, and what there is more of."""
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
    for kind in ("gpu", "cpu"):
        text = f"so many {kind.upper()}-hours from now on, instead of sweep.stop.{kind}_hours; alone: the same"
        parser.add_argument(f"--{kind}-hours", type=float, default=0.0, metavar="H", help=text)
    parser.add_argument("--target", type=float, metavar="V", help="the value that is enough from now on")
    add_place(parser)
    given = parser.parse_args(arguments)
    amounts = {key: getattr(given, key) for key in AMOUNTS}
    if min(amounts.values()) < 0 or not (any(amounts.values()) or given.target is not None):
        flags = ", ".join(f"--{key.replace('_', '-')}" for key in AMOUNTS)
        raise InputError.one(f"{flags}, --target", "at least one must be given, and no amount be less than 0")
    place = place_of(given)
    ledger = place.ledger(given.name)
    refuse_old(ledger)
    payload = {**amounts, "target": given.target}
    if driver_at(place, given.name) is not None:
        return ask(place, given.name, Kind.EXTEND, payload, console)
    from hpo.resume import resume  # noqa: PLC0415  # seconds to import, which asking a driver does without

    return resume(ledger, place, (), console, more=payload)
