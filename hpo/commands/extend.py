"""`hpo extend NAME --trials N`, or hours, or another target: for a sweep that runs or one that has ended."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.console import Console

from hpo.commands.answers import say
from hpo.control import More, extend
from hpo.place import add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Enlarge a sweep's budget; one that nobody drives goes on here. Arguments: NAME, and what there is more of."""
    parser = argparse.ArgumentParser(prog="hpo extend", description="More budget for a sweep.")
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument(
        "--trials",
        type=int,
        default=0,
        metavar="N",
        help="so many more; without --hours: however long they take",
    )
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
    place = place_of(given)
    more = More(given.trials, given.hours, given.gpu_hours, given.cpu_hours, given.target)
    answer = extend(place, given.name, more)
    if answer is not None:
        return say(answer, console)
    from hpo.resume import resume  # noqa: PLC0415  # seconds to import, which asking a driver does without

    return resume(place.ledger(given.name), place, (), console, more=asdict(more))
