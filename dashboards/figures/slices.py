"""Slices: the metric along one hyperparameter after the other."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards.figures.select import drawn, most_important, number, scale_x, told
from dashboards.figures.theme import COLORS, SYMBOLS, figure
from hpo.results import Axis, Look, State, best_trial

MOST = 8


def slices(look: Look) -> list[go.Figure]:
    """A small figure for each hyperparameter, what mattered most first."""
    if len(drawn(look)) < 2:
        return []
    found = (slice_of(look, axis) for axis in most_important(look)[:MOST])
    return [made for made in found if made is not None]


def slice_of(look: Look, axis: Axis) -> go.Figure | None:
    """The metric along one hyperparameter; None: no trial with a value has it."""
    records = [record for record in drawn(look) if axis.name in record.params]
    if not records:
        return None
    best = best_trial(records, look.maximize)
    finding = f"{axis.short}: best at {number(best.params[axis.name])}" if best else axis.short
    made = figure(finding, height=240, showlegend=False)
    for state in State:
        own = [record for record in records if record.state is state]
        if own:
            made.add_scatter(
                x=[axis.place(record.params[axis.name]) for record in own],
                y=[record.value for record in own],
                mode="markers",
                name=state.value,
                marker={"color": COLORS[state], "symbol": SYMBOLS[state], "size": 6, "opacity": 0.75},
                text=[told(record) for record in own] if len(records) <= 100 else [f"trial {r.number}" for r in own],
                hovertemplate="%{text}<br>%{x}: %{y:.4g}<extra></extra>",
            )
    scale_x(made, axis)
    made.update_yaxes(title_text=look.metric, nticks=5)
    return made
