"""Parallel coordinates: a line a trial through all its values.

Drawn as plain lines in place of Plotly's `parcoords`, which needs WebGL, does not print, and cannot leave out a
hyperparameter that a trial does not have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.select import drawn, most_important, number, shares
from dashboards.figures.theme import BEST, GRID, color, figure
from hpo.results import Axis, Look, TrialRecord, best_trial

GROUPS = ("worst fifth", "", "middle fifth", "", "best fifth")
MOST_AXES = 8
MOST_TRIALS = 400  # The best of them, and an even part of the others.


def parallel(look: Look) -> go.Figure | None:
    """The trials' values side by side, coloured from the worst to the best."""
    axes, ranks = most_important(look)[:MOST_AXES], shares(look)
    records = _chosen(drawn(look), ranks)
    if len(records) < 2 or len(axes) < 2:
        return None
    values = [float(record.value or 0.0) for record in records]
    ends = Axis(look.metric, look.metric, low=min(values), high=max(values))
    every = [*axes, ends]
    detail = "A line is a trial; where it breaks, the trial does not have that hyperparameter."
    if len(records) < len(drawn(look)):
        detail += f" {len(records)} of {len(drawn(look))} trials are drawn, all of the best fifth among them."
    made = figure(_finding(look, records, axes, ranks), height=400, detail=detail)
    for group, name in enumerate(GROUPS):
        own = [record for record in records if min(4, int(5 * ranks[record.number])) == group]
        if own:
            _add(made, own, every, look, name or f"{'second' if group == 1 else 'fourth'} fifth", color(group / 4), 1.2)
    best = best_trial(look.records, look.maximize)
    if best is not None:
        _add(made, [best], every, look, f"trial {best.number}, the best", BEST, 3.0)
    _lay_out(made, every)
    return made


def place(axis: Axis, value: object) -> float:
    """Where a value lies on an axis, from 0 to 1."""
    if axis.choices:
        at = axis.choices.index(str(axis.place(value))) if axis.place(value) in axis.choices else 0
        return (at + 0.5) / len(axis.choices)
    low, high, here = float(axis.low or 0.0), float(axis.high or 0.0), float(axis.place(value))
    if axis.log:
        low, high, here = math.log(low), math.log(high), math.log(here)
    return (here - low) / (high - low) if high > low else 0.5


def _chosen(records: Sequence[TrialRecord], ranks: dict[int, float]) -> list[TrialRecord]:
    if len(records) <= MOST_TRIALS:
        return list(records)
    best = [record for record in records if ranks[record.number] >= 0.8][:MOST_TRIALS]
    others = [record for record in records if ranks[record.number] < 0.8]
    step = max(1.0, len(others) / max(1, MOST_TRIALS - len(best)))
    return [*best, *(others[int(place * step)] for place in range(int(len(others) / step)))]


def _add(
    made: go.Figure, records: list[TrialRecord], axes: list[Axis], look: Look, name: str, paint: str, width: float
) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    texts: list[str | None] = []
    for record in records:
        have = {**record.params, look.metric: record.value}
        for at, axis in enumerate(axes):
            x.append(at)
            y.append(round(place(axis, have[axis.name]), 4) if axis.name in have else None)
            texts.append(f"trial {record.number}: {axis.short} {number(have.get(axis.name))}")
        x, y, texts = [*x, None], [*y, None], [*texts, None]
    made.add_scatter(
        x=x,
        y=y,
        text=texts,
        mode="lines",
        name=name,
        opacity=1.0 if width > 2 else max(0.3, min(0.9, 30 / len(records))),
        line={"color": paint, "width": width},
        hovertemplate="%{text}<extra></extra>",
    )


def _lay_out(made: go.Figure, axes: list[Axis]) -> None:
    """An upright line with its ends, or its choices, for each axis."""
    made.update_xaxes(
        tickvals=list(range(len(axes))),
        ticktext=[axis.short for axis in axes],
        range=[-0.35, len(axes) - 0.65],
        side="bottom",
        autotickangles=[0, 90],  # A name that is aslant runs out of a narrow figure, and is left out.
        gridcolor=GRID,
        gridwidth=2,
    )
    made.update_yaxes(visible=False, range=[-0.06, 1.06], fixedrange=True)
    for at, axis in enumerate(axes):
        marks = [(place(axis, choice), choice) for choice in axis.choices]
        anchor, shift = ("right", -4) if at == len(axes) - 1 else ("left", 4)  # Nothing is cut off at the edge.
        for high, text in marks or [(0.0, number(axis.low)), (1.0, number(axis.high))]:
            made.add_annotation(
                x=at,
                y=high,
                text=text,
                showarrow=False,
                xanchor=anchor,
                xshift=shift,
                font={"size": 11},
                yanchor="middle",
            )


def _finding(look: Look, records: Sequence[TrialRecord], axes: Sequence[Axis], ranks: dict[int, float]) -> str:
    """Where the best fifth lies on the axis that matters most."""
    best = [record for record in records if ranks[record.number] >= 0.8]
    for axis in axes:
        values = [record.params[axis.name] for record in best if axis.name in record.params]
        if not values:
            continue
        if axis.choices:
            most = max(
                set(map(str, map(axis.place, values))), key=lambda c: sum(str(axis.place(v)) == c for v in values)
            )
            count = sum(str(axis.place(value)) == most for value in values)
            return f"Of the best {len(best)} trials {count} have {axis.short} {most}"
        return f"The best {len(best)} trials have {axis.short} from {number(min(values))} to {number(max(values))}"
    return "The trials' values side by side"
