"""`hpo status NAME [--watch]`: how a sweep stands, from its ledger."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.live import Live

from hpo.place import add_place, place_of
from hpo.results import Look, Reader
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
    reader = Reader(place_of(given), given.name)
    look = reader.look()
    if given.json:
        json.dump(
            look.status.to_dict() | {"confirmation": _confirmation(look)}, sys.stdout, indent=2, ensure_ascii=False
        )
        sys.stdout.write("\n")
    elif not given.watch:
        console.print(status_table(look))
    else:
        with Live(status_table(look), console=console, auto_refresh=False) as live:
            while look.status.goes_on:
                time.sleep(WATCH_S)
                look = reader.look()
                live.update(status_table(look), refresh=True)
    return 0


def _confirmation(look: Look) -> dict[str, Any] | None:
    """How far it is; None: nothing was trained again."""
    if not look.confirming:
        return None
    ended = sum(record.state.ended for record in look.confirming)
    found = look.about.get("confirmation") or {}
    return {"begun": len(look.confirming), "ended": ended, "winner": found.get("winner")}
