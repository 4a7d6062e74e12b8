"""The metric over the two hyperparameters that matter most."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from dashboards.figures.parallel import place
from dashboards.figures.select import drawn, most_important, number, scale_x, scale_y, told
from dashboards.figures.theme import BEST, figure, plotly_scale
from hpo.results import Axis, Look, TrialRecord, best_trial

FEWEST = 12  # With fewer trials a surface is invented, not measured.
CELLS = 32  # Of the surface, each way.
WIDTH = 0.1  # Of the kernel, as a part of each axis.
NEAR = 0.12  # Farther from every trial than this nothing is shown.


def contour(look: Look) -> go.Figure | None:
    """A smoothed surface under the trials; None where fewer than two numeric hyperparameters vary."""
    axes = [axis for axis in most_important(look) if not axis.choices][:2]
    if len(axes) < 2:
        return None
    one, other = axes
    records = [record for record in drawn(look) if one.name in record.params and other.name in record.params]
    if len(records) < FEWEST:
        return None
    best = best_trial(records, look.maximize)
    finding = f"{look.metric} over {one.short} and {other.short}"
    if best is not None:
        at = f"{one.short} {number(best.params[one.name])}, {other.short} {number(best.params[other.name])}"
        finding = f"The best lies at {at}"
    detail = (
        "The surface is the mean of the trials around, weighted by how near they are; where there are none, it is bare."
    )
    made = figure(finding, height=420, detail=detail, showlegend=False)
    _add_surface(made, look, one, other, records)
    _add_trials(made, look, one, other, records, best)
    scale_x(made, one)
    scale_y(made, other)
    return made


def surface(x_n: np.ndarray, y_n: np.ndarray, value_n: np.ndarray, cells: int = CELLS) -> np.ndarray:
    """The weighted mean around each point of a grid over the unit square (Nadaraya 1964; Watson 1964).

    Args:
        x_n, y_n: Places of N trials, from 0 to 1.
        value_n: Their values.
        cells: Of the grid, each way.

    Returns:
        (cells, cells), rows by y; NaN where no trial is near.
    """
    middle = (np.arange(cells) + 0.5) / cells
    away = (middle[None, :, None] - x_n) ** 2 + (middle[:, None, None] - y_n) ** 2
    weight = np.exp(-away / (2 * WIDTH**2))
    mean = (weight @ value_n) / np.maximum(weight.sum(axis=-1), 1e-300)
    return np.where(np.sqrt(away.min(axis=-1)) <= NEAR, mean, np.nan)


def _add_surface(made: go.Figure, look: Look, one: Axis, other: Axis, records: list[TrialRecord]) -> None:
    x = np.array([place(one, record.params[one.name]) for record in records])
    y = np.array([place(other, record.params[other.name]) for record in records])
    z = surface(x, y, np.array([float(record.value or 0.0) for record in records]))
    made.add_contour(
        x=_back(one),
        y=_back(other),
        z=[[None if np.isnan(cell) else float(f"{cell:.4g}") for cell in row] for row in z],
        colorscale=plotly_scale(),
        reversescale=not look.maximize,
        contours={"coloring": "fill"},
        line={"width": 0},
        opacity=0.75,
        colorbar={"title": {"text": look.metric, "side": "right"}, "thickness": 12, "outlinewidth": 0},
        hoverinfo="skip",
    )


def _add_trials(
    made: go.Figure, look: Look, one: Axis, other: Axis, records: list[TrialRecord], best: TrialRecord | None
) -> None:
    made.add_scatter(
        x=[record.params[one.name] for record in records],
        y=[record.params[other.name] for record in records],
        mode="markers",
        marker={
            "color": [record.value for record in records],
            "colorscale": plotly_scale(),
            "reversescale": not look.maximize,
            "size": 7,
            "line": {"width": 1, "color": "#ffffff"},
        },
        text=[told(record) for record in records],
        hovertemplate="%{text}<extra></extra>",
    )
    if best is not None:
        made.add_scatter(
            x=[best.params[one.name]],
            y=[best.params[other.name]],
            mode="markers",
            marker={"symbol": "circle-open", "size": 18, "color": BEST, "line": {"width": 3}},
            hovertemplate=f"trial {best.number}, the best<extra></extra>",
        )


def _back(axis: Axis) -> list[float]:
    """The values at the middles of the grid's cells."""
    low, high = float(axis.low or 0.0), float(axis.high or 0.0)
    parts = (np.arange(CELLS) + 0.5) / CELLS
    if axis.log:
        return [float(f"{value:.6g}") for value in np.exp(np.log(low) + parts * (np.log(high) - np.log(low)))]
    return [float(f"{value:.6g}") for value in low + parts * (high - low)]
