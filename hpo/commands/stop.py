"""`hpo stop NAME`: from another terminal, leave a sweep resumable, or end one of its trials."""

from __future__ import annotations

import argparse
import time

from rich.console import Console

from hpo.commands.answers import say
from hpo.control import POLL_S, driver_at, stop, stop_trial
from hpo.exitcode import ExitCode
from hpo.place import Place, add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Stop a sweep, or one trial. Arguments: NAME [--trial K] [--no-wait]."""
    parser = argparse.ArgumentParser(
        prog="hpo stop", description="Each trial writes a checkpoint after its current step; the sweep can be resumed."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("--trial", type=int, metavar="K", help="end this trial only; the sweep goes on")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until the sweep has been left")
    add_place(parser)
    given = parser.parse_args(arguments)
    place = place_of(given)
    if given.trial is not None:
        return say(stop_trial(place, given.name, given.trial), console)
    place.ledger(given.name)
    driver = driver_at(place, given.name)
    if driver is None:
        console.print(f"nobody drives {given.name!r}: there is nothing to stop", soft_wrap=True)
        return ExitCode.OK
    console.print(f"asking process {driver.pid} on {driver.host}", highlight=False)
    code = say(stop(place, given.name), console)
    return code if given.no_wait else _wait(place, given.name, console)


def _wait(place: Place, name: str, console: Console) -> int:
    while driver_at(place, name) is not None:
        time.sleep(POLL_S)
    console.print(f"left; go on with it: hpo resume {name}", soft_wrap=True)
    return ExitCode.OK
