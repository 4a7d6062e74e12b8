"""The plan before a sweep, and the ranking after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from hpo.control import preview_of
from hpo.ledger import State
from hpo.plan import Plan
from hpo.results import ranked_rows
from hpo.results.words import against_baselines
from hpo.terminal import words
from hpo.terminal.confirmed import show_confirmed
from hpo.terminal.front import nothing_feasible, show_front
from hpo.terminal.importance import show_importance
from hpo.terminal.schedule import show_schedule
from hpo.terminal.stopped import show_stopped


def show_plan(console: Console, plan: Plan) -> None:
    """The resolved sweep, as `hpo plan` prints it."""
    seen = preview_of(plan)
    facts = Table.grid(padding=(0, 2))
    for name, value in seen.facts:
        facts.add_row(Text(name, style="dim"), value)
    console.print(facts)
    table = Table(box=None, padding=(0, 2, 0, 0), title_justify="left")
    for column in ("dimension", "type", "range", "scale", "condition"):
        table.add_column(column, header_style="dim", no_wrap=column in ("dimension", "type"))
    for row in seen.space:
        table.add_row(row.name, row.kind, row.extent, row.scale, row.condition)
    console.print()
    console.print(table)
    for name, value in seen.fixed.items():
        console.print(Text(f"fixed: {name} = {value}", style="dim"))
    for line in seen.warm_start:
        console.print(Text(f"warm start: {line}", style="dim"), soft_wrap=True)
    for note in seen.notes:
        console.print(Text(f"note: {note}", style="yellow"), soft_wrap=True)


def show_summary(console: Console, summary: Mapping[str, Any]) -> None:
    """The ranking and where everything is, as a sweep ends and as `hpo results` prints it."""
    console.print(ranking_table(summary))
    counts = ", ".join(f"{count} {state}" for state, count in summary["counts"].items() if count)
    busy = summary["slots"].get("busy_fraction")
    slots = f"; slots {busy:.0%} of the time in training and evaluation" if busy is not None else ""
    console.print(Text(f"\n{counts} in {words.seconds(summary['seconds'])}{slots}", style="dim"), soft_wrap=True)
    show_stopped(console, summary)
    show_front(console, summary)
    best = summary["best"]
    if best is None:
        why = nothing_feasible(summary) or "no trial has a result"
        console.print(Text(why, style="bold red"), soft_wrap=True)
        return
    headline = f"best: trial {best['number']} with {summary['metric']} {words.number(best['value'])}"
    start = summary["start"]
    if start is not None and start["value"] is not None:
        headline += f"; the starting configuration had {words.number(start['value'])}"
    console.print(Text(headline, style="bold green"), soft_wrap=True)
    is_ahead = ranked_rows(summary, 1)[0].trial is None  # A baseline.
    for text in against_baselines(summary, best["value"]):
        console.print(Text(text.replace("**", ""), style="bold yellow" if is_ahead else ""), soft_wrap=True)
    show_schedule(console, summary)
    model = show_confirmed(console, summary) or best
    show_importance(console, summary)
    lines: list[tuple[str, str | None]] = [
        ("train it again", model["command"]),
        ("weights", model["weights"]),
        ("load it", f'mlflow.pyfunc.load_model("{summary["model_uri"]}")' if summary["model_uri"] else None),
        ("report", summary.get("report")),
        ("MLflow", f"hpo ui   (runs at {summary['mlflow']['uri']})"),
    ]
    for name, value in lines:
        if value:
            console.print(Text.assemble((f"{name}: ", "dim"), value), soft_wrap=True)


def ranking_table(summary: Mapping[str, Any]) -> RenderableType:
    """The best trials, complete ones first as when the best is chosen, the baselines among them, and how many more.

    Those that break a limit come last.
    """
    rows, states = ranked_rows(summary), {trial["number"]: trial["state"] for trial in summary["trials"]}
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("rank", "trial", summary["metric"], "epochs", "state", "configuration"):
        table.add_column(column, header_style="dim", no_wrap=column != "configuration")
    for row in rows:
        value = words.number(row.value)
        if row.trial is None:
            table.add_row("", "", value, "", row.state, row.name, style="dim")
            continue
        state = Text(row.state, style=words.STYLES[State(states[row.trial])])
        table.add_row(str(row.place), str(row.trial), value, f"{row.epochs:g}", state, words.params(row.params))
    rest = len(states) - sum(row.trial is not None for row in rows)
    if rest:
        table.caption = f"and {rest} more"
    return table
