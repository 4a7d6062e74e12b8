"""`hpo status NAME [--watch]`: how a sweep stands, from its ledger."""

from __future__ import annotations

import argparse
import json
import sys
import time

from rich.console import Console
from rich.live import Live

from hpo.place import add_place, place_of
from hpo.status import Status, status_of
from hpo.terminal.status import status_table

WATCH_S = 1.0


def run(arguments: list[str], console: Console) -> int:
    """Print a sweep's status. Arguments: NAME [--watch] [--json]."""
    parser = argparse.ArgumentParser(prog="hpo status", description="How a sweep stands, while it runs or after.")
    parser.add_argument("name", metavar="NAME", help="the sweep's name")
    parser.add_argument("--watch", action="store_true", help="look again every second, until nobody drives it")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_place(parser)
    given = parser.parse_args(arguments)
    place = place_of(given)
    ledger = place.ledger(given.name)

    def look() -> Status:
        return status_of(ledger, place)

    status = look()
    if given.json:
        json.dump(status.to_dict(), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    elif not given.watch:
        console.print(status_table(status))
    else:
        with Live(status_table(status), console=console, auto_refresh=False) as live:
            while status.goes_on:
                time.sleep(WATCH_S)
                status = look()
                live.update(status_table(status), refresh=True)
    return 0
