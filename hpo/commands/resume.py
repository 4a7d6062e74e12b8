"""`hpo resume NAME`: goes on with a sweep after a crash, a kill, a reboot, Ctrl-C, here or on another machine."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.control import refuse_busy, refuse_old
from hpo.place import add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Go on with a sweep. Arguments: NAME [key=value ...] [--allow-change] and where it is."""
    parser = argparse.ArgumentParser(prog="hpo resume", description="Goes on with a sweep where it was left.")
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument(
        "overrides", metavar="key=value", nargs="*", help="what is to be different, as in cluster.address=head:6379"
    )
    parser.add_argument("--allow-change", action="store_true", help="also what decides the sweep's future")
    add_place(parser)
    given = parser.parse_intermixed_args(arguments)
    place = place_of(given)
    ledger = place.ledger(given.name)
    refuse_old(given.name, ledger.about)
    refuse_busy(place, given.name)
    from hpo.resume import resume  # noqa: PLC0415  # seconds to import, which a refusal does without

    return resume(ledger, place, given.overrides, console, allow_change=given.allow_change)
