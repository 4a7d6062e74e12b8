"""`hpo clone NAME --trial K key=value ... [--warm]`: a trial again with other values, from nothing or its weights."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.commands.answers import say
from hpo.control import clone, parsed
from hpo.place import add_place, place_of


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
    answer = clone(place_of(given), given.name, given.trial, parsed(given.values), warm=given.warm)
    return say(answer, console)
