"""The confirmed ranking, below the search's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hpo.terminal import words

COLUMNS = ("rank", "trial", "mean", "interval", "n", "in the search", "optimism", "")


def show_confirmed(console: Console, summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The table and what the test rows say; nothing where the sweep was not confirmed.

    Returns:
        The winner's `command` and `weights`; None: there is none.
    """
    found, metric = summary.get("confirmation"), summary["metric"]
    if not found or not found["ranking"]:
        return None
    head = f"\nconfirmed: {metric} under fresh seeds, intervals at a level of {found['level']:g}"
    since = len(summary["trials"]) - found["trials"]
    head += f"; {since} trials ended later" if since else ""
    console.print(Text(head, style="bold"), soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in COLUMNS:
        table.add_column(column, header_style="dim", no_wrap=True)
    for place, row in enumerate(found["ranking"], start=1):
        table.add_row(str(place), *_cells(row, is_winner=place == 1 and found["winner"] is not None))
    console.print(table)
    console.print(Text(headline(found, metric), style="bold green" if found["winner"] else "bold red"), soft_wrap=True)
    console.print(Text(_test(found), style="" if found["test"] else "dim"), soft_wrap=True)
    delivered: Mapping[str, Any] | None = found["delivered"]
    return delivered


def headline(found: Mapping[str, Any], metric: str) -> str:
    """Who was confirmed, in a line.

    Args:
        found: The confirmation, as the summary has it.
        metric: Name of the optimized metric.
    """
    winner = found["winner"]
    if winner is None:
        return "no configuration was confirmed: every training under a fresh seed ended without a result"
    first, *rest = found["ranking"]
    text = f"confirmed: trial {winner['trial']} with mean {metric} {words.number(first['mean'])}"
    tied = [str(row["trial"]) for row in rest if row["tie"]]
    if tied:
        text += f"; a tie with trial {', '.join(tied)}: so few seeds cannot tell them apart"
    return text


def _cells(row: Mapping[str, Any], *, is_winner: bool) -> tuple[str, ...]:
    low, high, optimism = row["low"], row["high"], row["optimism"]
    notes = ["winner"] if is_winner else ["tie"] if row["tie"] else []
    notes += [f"{row[kind]} {text}" for kind, text in (("unstable", "unstable"), ("failed", "failed")) if row[kind]]
    notes += [f"{len(row['broken'])} beyond a limit"] if row.get("broken") else []
    if row["p_value"] is not None:
        notes.append(f"p = {words.number(round(row['p_value'], 4))}")
    return (
        str(row["trial"]),
        words.number(row["mean"]),
        "-" if low is None else f"{words.number(low)} to {words.number(high)}",
        str(len(row["values"])),
        words.number(row["searched"]),
        "-" if optimism is None else f"{optimism:+.2g}",
        ", ".join(notes),
    )


def _test(found: Mapping[str, Any]) -> str:
    test = found["test"]
    if test is None:
        return f"not tested: {found['no_test']}"
    values = ", ".join(f"{name} {words.number(value)}" for name, value in test["metrics"].items())
    looks = "the only look at them" if found["test_looks"] == 1 else f"look {found['test_looks']} at them"
    return f"test: {values} on {test['rows']} rows, {looks}"
