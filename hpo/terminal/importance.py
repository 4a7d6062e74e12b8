"""Which hyperparameters mattered, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SHOWN = 10


def show_importance(console: Console, summary: Mapping[str, Any]) -> None:
    """The shares as bars, what matters most first; or why there are none."""
    found = summary.get("importance")
    if found is None:  # Written by an older version.
        return
    if found["note"] or not found["parts"]:
        if found["note"]:
            console.print(Text(f"what mattered: {found['note']}", style="dim"), soft_wrap=True)
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("what mattered", "share", "", "trials"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for part in found["parts"][:SHOWN]:
        share = part["share"]
        known = (part["note"], "") if share is None else (f"{share:.0%}", "█" * round(20 * share))
        few = str(part["trials"]) if part["trials"] < found["trials"] else ""
        table.add_row(part["name"], Text(known[0], style="dim" if share is None else ""), known[1], few)
    explained = found["explained"]
    sure = f"; a model of them foretells {explained:.0%} of what others reached" if explained is not None else ""
    console.print(Text())
    console.print(table)
    console.print(Text(f"{found['method']}, {found['trials']} trials{sure}", style="dim"), soft_wrap=True)
