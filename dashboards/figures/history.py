"""The optimization history: every trial's value, and the best so far."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards.figures.select import drawn, number, running, told
from dashboards.figures.theme import BEST, COLORS, MUTED, SYMBOLS, figure
from hpo.results import Look, State, TrialRecord, baselines

PATIENCE = 5  # So many trials without a better one are worth a word.


def history(look: Look) -> go.Figure | None:
    """Value by trial, coloured by state, with the best so far, the starting configuration and the baselines."""
    records = drawn(look)
    if not records:
        return None
    steps = _best_so_far(look, records)
    made = figure(_finding(look, steps), detail="Each mark is a trial; the line is the best trained to its end so far.")
    for state in State:
        own = [record for record in records if record.state is state]
        if own:
            made.add_scatter(
                x=[record.number for record in own],
                y=[record.value for record in own],
                mode="markers",
                name=state.value,
                marker={"color": COLORS[state], "symbol": SYMBOLS[state], "size": 8 if len(records) < 200 else 6},
                text=[told(record) for record in own],
                hovertemplate="%{text}<extra></extra>",
            )
    if steps:
        _add_line(made, look, steps)
    _add_references(made, look)
    made.update_xaxes(title_text="trial", rangemode="tozero")
    made.update_yaxes(title_text=look.metric)
    return made


def _best_so_far(look: Look, records: list[TrialRecord]) -> list[TrialRecord]:
    """The trials that were the best when they came, in their order."""
    able = [record for record in records if record.state is State.COMPLETE and record.standing.feasible]
    sign, found = (-1 if look.maximize else 1), list[TrialRecord]()
    for record in able:
        if not found or sign * float(record.value or 0) < sign * float(found[-1].value or 0):
            found.append(record)
    return found


def _add_line(made: go.Figure, look: Look, steps: list[TrialRecord]) -> None:
    last = look.records[-1].number
    made.add_scatter(
        x=[*(record.number for record in steps), last],
        y=[*(record.value for record in steps), steps[-1].value],
        mode="lines",
        name="best so far",
        line={"color": BEST, "width": 2, "shape": "hv"},
        hovertemplate="best so far: %{y:.4g}<extra></extra>",
    )


def _add_references(made: go.Figure, look: Look) -> None:
    # Not by `look.summary`: its importance takes seconds and 100 MiB, and this figure is drawn again and again.
    facts = {
        "direction": look.aims.primary.direction,
        "metric": look.metric,
        "baselines": look.about.get("baselines", []),
    }
    lines = [(row.name, row.value, "dot") for row in baselines(facts)]
    start = look.records[0] if look.about.get("start_first") and look.records else None
    if start is not None and start.value is not None:
        lines.append(("starting configuration", start.value, "dash"))
    last = max(1, look.records[-1].number)
    for name, value, dash in lines:
        made.add_scatter(
            x=[0, last],
            y=[value, value],
            mode="lines",
            name=name,
            line={"color": MUTED, "width": 1.5, "dash": dash},
            hovertemplate=f"{name}: {number(value)}<extra></extra>",
        )


def _finding(look: Look, steps: list[TrialRecord]) -> str:
    if not steps:
        return "No trial has trained to its end yet" if running(look) else "No trial trained to its end"
    best, count = steps[-1], len(look.records)
    text = f"The best, {look.metric} {number(best.value)}, came with trial {best.number} of {count}"
    after = count - 1 - best.number
    return f"{text}; the {after} trials after it brought nothing better" if after >= PATIENCE else text
