"""`hpo results NAME [--json]`: what a sweep found, from its ledger."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from hpo.place import add_place, place_of
from hpo.results import summarize
from hpo.terminal.tables import show_summary


def run(arguments: list[str], console: Console) -> int:
    """Print a sweep's results. Arguments: NAME [--json] [--output-dir DIR]."""
    parser = argparse.ArgumentParser(prog="hpo results", description="What a sweep found, while it runs or after.")
    parser.add_argument("name", help="the sweep's name")
    parser.add_argument("--json", action="store_true", help="print what summary.json holds")
    add_place(parser)
    given = parser.parse_args(arguments)
    summary = summarize(place_of(given).ledger(given.name))
    if given.json:
        json.dump(summary, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        show_summary(console, summary)
    return 0
