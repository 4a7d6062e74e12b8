"""The ranking, and what trainings under fresh seeds say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards import figures
from dashboards.report.blocks import Block, Plot, Table, Text
from hpo.results import Look, Ranked, axes_of, ranked_rows
from hpo.results.words import number, params

MOST_COLUMNS = 8  # With more hyperparameters they share one column.


def ranking(look: Look) -> list[Block]:
    """The confirmation, where there was one, then the search's own ranking."""
    found: list[Block] = []
    confirmed = figures.confirmed(look)
    if confirmed is not None:
        found += [Plot(confirmed), _confirmed(look.summary["confirmation"])]
    rows = ranked_rows(look.summary)
    if not rows:
        return [Text("No trial has a value yet.")]
    found.append(_searched(look, rows))
    rest = len(look.records) - sum(row.trial is not None for row in rows)
    return [*found, Text(f"And {rest} more: `hpo results {look.name} --json` has all.")] if rest > 0 else found


def _searched(look: Look, rows: list[Ranked]) -> Table:
    axes = axes_of(look.about)
    whole = len(axes) <= MOST_COLUMNS
    others = [name for name in look.aims.names if name != look.metric]
    columns = ["rank", "trial", look.metric, *others, "epochs", "state"]
    numeric = [at for at, name in enumerate(columns) if name != "state"]
    cells = []
    for row in rows:
        values = [number(row.values[name]) if name in row.values else "" for name in others]
        place, trial = ("", "") if row.trial is None else (str(row.place), str(row.trial))
        state = f"baseline: {row.name}" if row.trial is None else row.state
        cell = [place, trial, number(row.value), *values, "" if row.epochs is None else f"{row.epochs:g}", state]
        if whole:
            cell += [number(row.params[axis.name]) if axis.name in row.params else "" for axis in axes]
        else:
            cell.append(f"`{params(row.params)}`" if row.params else "")
        cells.append(cell)
    columns += [axis.short for axis in axes] if whole else ["configuration"]
    best = look.summary["best"]
    marked = [at for at, row in enumerate(rows) if best is not None and row.trial == best["number"]]
    return Table("The search's own ranking: one training each", columns, cells, numeric, marked=marked)


def _confirmed(found: Mapping[str, Any]) -> Table:
    rows = []
    for at, row in enumerate(found["ranking"], start=1):
        between = "" if row["low"] is None else f"{number(row['low'])} to {number(row['high'])}"
        notes = ["**winner**"] if at == 1 and found["winner"] is not None else ["tie"] if row["tie"] else []
        notes += [f"{row[kind]} {kind}" for kind in ("unstable", "failed") if row[kind]]
        notes += [f"{len(row['broken'])} beyond a limit"] if row.get("broken") else []
        notes += [f"p = {number(round(row['p_value'], 4))}"] if row["p_value"] is not None else []
        optimism = "" if row["optimism"] is None else f"{row['optimism']:+.2g}"
        count, searched = str(len(row["values"])), number(row["searched"])
        rows.append(
            [str(at), str(row["trial"]), number(row["mean"]), between, count, searched, optimism, ", ".join(notes)]
        )
    columns = ["rank", "trial", "mean", "interval", "seeds", "in the search", "optimism", "note"]
    return Table("The confirmed ranking, by the mean under fresh seeds", columns, rows, [0, 1, 2, 4, 5, 6], marked=[0])
