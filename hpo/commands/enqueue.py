"""`hpo enqueue NAME key=value ...`: a configuration by hand, tried next."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.commands.answers import say
from hpo.control import enqueue, parsed
from hpo.place import add_place, place_of


def run(arguments: list[str], console: Console) -> int:
    """Put a configuration before the sampler's own. Arguments: NAME key=value ..."""
    parser = argparse.ArgumentParser(
        prog="hpo enqueue", description="Tries a configuration next, on top of the budget; the sampler learns from it."
    )
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("values", metavar="key=value", nargs="+", help="one for each dimension of the space")
    add_place(parser)
    given = parser.parse_intermixed_args(arguments)
    return say(enqueue(place_of(given), given.name, parsed(given.values)), console)
