"""Several aims and limits as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hpo.ledger import State
from hpo.terminal import words


def show_front(console: Console, summary: Mapping[str, Any]) -> None:
    """The Pareto front, and what the limits did; nothing of a sweep for one metric alone."""
    aims = summary.get("aims")
    if aims is None:
        return
    if len(aims["metrics"]) > 1:
        console.print(_front_table(summary, [aim["name"] for aim in aims["metrics"]]))
    if aims["constraints"]:
        console.print(Text(_limits_text(summary, aims["constraints"]), style="dim"), soft_wrap=True)


def nothing_feasible(summary: Mapping[str, Any]) -> str:
    """Why there is no best trial, where the limits are the reason; else empty."""
    broken = [trial for trial in summary["trials"] if trial.get("violated")]
    if not broken:
        return ""
    reasons = dict.fromkeys(text for trial in broken for text in trial["violated"])
    shown = "; ".join(list(reasons)[:3]) + ("; ..." if len(reasons) > 3 else "")
    return f"no trial with a result keeps the limits: {shown}"


def _front_table(summary: Mapping[str, Any], names: list[str]) -> Table:
    members = summary["front"]
    title = "Pareto front: no trial is better in one of these without being worse in another"
    table = Table(box=None, padding=(0, 2, 0, 0), title=title if members else "Pareto front: none yet")
    table.title_justify = "left"
    for column in ("trial", *names, "configuration"):
        table.add_column(column, header_style="dim", no_wrap=column != "configuration")
    for member in members:
        values = (words.number(member["values"].get(name)) for name in names)
        table.add_row(str(member["number"]), *values, words.params(member["params"]))
    return table


def _limits_text(summary: Mapping[str, Any], limits: list[str]) -> str:
    trials = summary["trials"]
    broken = sum(bool(trial.get("violated")) for trial in trials)
    early = sum(bool(trial.get("violated")) and trial["state"] == State.PRUNED for trial in trials)
    text = f"limits: {', '.join(limits)}; {broken} of {len(trials)} trials break them"
    return f"{text}, {early} of these ended early by it" if broken else text
