"""`hpo list`: all sweeps of a ledger."""

from __future__ import annotations

import argparse

from rich.console import Console

from hpo.place import add_place, place_of
from hpo.results import Lines
from hpo.terminal.status import sweeps_table


def run(arguments: list[str], console: Console) -> int:
    """List the sweeps, the newest first."""
    parser = argparse.ArgumentParser(prog="hpo list", description="All sweeps of a ledger, the newest first.")
    add_place(parser)
    place = place_of(parser.parse_args(arguments))
    lines = Lines(place).read()
    if not lines:
        console.print(f"no sweep in {place.output_dir} yet; begin one: hpo sweep", soft_wrap=True)
        return 0
    console.print(sweeps_table(lines))
    return 0
