"""Figures of the picture of a best model: pieces of `picture.json`, each as a figure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.figures.select import number
from dashboards.figures.theme import BEST, COLORS, MUTED, figure
from hpo.results import State

BAR = COLORS[State.COMPLETE]
NAMED_CELLS = 15  # With more labels their counts do not fit into the cells.


def confusion(found: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> go.Figure | None:
    """Rows by what they are, columns by what the model said, shaded by the share of the row.

    Args:
        found: `labels`, `counts` and `right`.
        pairs: What was most often taken for what: `true`, `said` and `count`.
    """
    labels, counts = [str(label) for label in found["labels"]], found["counts"]
    whole = sum(map(sum, counts))
    if not whole:
        return None
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    named = len(labels) <= NAMED_CELLS
    made = figure(
        f"{found['right']} of {whole} are right; {_most_confused(pairs)}", height=140 + 28 * max(5, len(labels))
    )
    made.add_heatmap(
        x=labels,
        y=labels,
        z=[[round(share, 4) for share in row] for row in shares],
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(128,134,145,0.08)"], [0.02, "#a9cdf2"], [1, "#16508c"]],
        text=[[str(count) if named and count else "" for count in row] for row in counts],
        texttemplate="%{text}",
        customdata=counts,
        xgap=1,
        ygap=1,
        colorbar={"title": {"text": "share of the row", "side": "right"}, "thickness": 12, "tickformat": ".0%"},
        hovertemplate="is %{y}, said %{x}: %{customdata} (%{z:.0%})<extra></extra>",
    )
    made.update_xaxes(title_text="said", type="category", showgrid=False, side="bottom")
    made.update_yaxes(title_text="is", type="category", autorange="reversed", showgrid=False)
    return made


def calibration(found: Mapping[str, Any]) -> go.Figure | None:
    """How often the model is right where it is so sure.

    Args:
        found: `bins` and `error`.
    """
    bins = found["bins"]
    if not bins:
        return None
    gap = sum(part["count"] * (part["confidence"] - part["right"]) for part in bins)
    way = "surer than it is right" if gap > 0 else "right more often than it is sure"
    error = number(found["error"])
    made = figure(
        f"It is {way}: confidence and accuracy are {error} apart on average",
        height=320,
        detail="A mark is a group of predictions, the larger the more; on the dashed line confidence is deserved.",
        showlegend=False,
    )
    most = max(part["count"] for part in bins)
    made.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED, "dash": "dash"}, hoverinfo="skip")
    made.add_scatter(
        x=[part["confidence"] for part in bins],
        y=[part["right"] for part in bins],
        mode="lines+markers",
        line={"color": BAR},
        marker={"size": [6 + 18 * (part["count"] / most) ** 0.5 for part in bins]},
        customdata=[part["count"] for part in bins],
        hovertemplate="%{customdata} predictions<br>sure to %{x:.0%}, right in %{y:.0%}<extra></extra>",
    )
    made.update_xaxes(title_text="confidence", range=[-0.02, 1.02], tickformat=".0%")
    made.update_yaxes(title_text="right", range=[-0.04, 1.04], tickformat=".0%")
    return made


def histogram(finding: str, found: Mapping[str, Any], title: str) -> go.Figure | None:
    """Counts between edges.

    Args:
        finding: What it shows.
        found: `edges` and `counts`.
        title: What is counted.
    """
    edges, counts = found["edges"], found["counts"]
    if not sum(counts):
        return None
    bins = list(itertools.pairwise(edges))
    made = figure(finding, height=280, showlegend=False, bargap=0.03)
    made.add_bar(
        x=[(low + high) / 2 for low, high in bins],
        y=counts,
        width=[high - low for low, high in bins],
        marker={"color": BAR},
        customdata=[[number(low), number(high)] for low, high in bins],
        hovertemplate="%{customdata[0]} to %{customdata[1]}: %{y} rows<extra></extra>",
    )
    made.update_xaxes(title_text=title)
    made.update_yaxes(title_text="rows")
    return made


def true_and_said(points: Sequence[Sequence[float]], bias: float | None) -> go.Figure | None:
    """Predicted numbers against the true ones.

    Args:
        points: True and said, a pair a row.
        bias: Mean of said minus true.
    """
    if not points:
        return None
    low, high = min(map(min, points)), max(map(max, points))
    way = "" if bias is None else f"; on average it says {number(abs(bias))} too {'much' if bias > 0 else 'little'}"
    made = figure(f"What it says against what is true{way}", height=380, showlegend=False)
    made.add_scatter(
        x=[low, high], y=[low, high], mode="lines", line={"color": MUTED, "dash": "dash"}, hoverinfo="skip"
    )
    made.add_scatter(
        x=[float(f"{true:.5g}") for true, _ in points],
        y=[float(f"{said:.5g}") for _, said in points],
        mode="markers",
        marker={"color": BAR, "size": 5, "opacity": 0.6},
        hovertemplate="true %{x}, said %{y}<extra></extra>",
    )
    made.update_xaxes(title_text="true")
    made.update_yaxes(title_text="said")
    return made


def bars(finding: str, counts: Mapping[str, float], title: str) -> go.Figure | None:
    """A bar for each name.

    Args:
        finding: What it shows.
        counts: By name.
        title: What is counted.
    """
    if not any(counts.values()):
        return None
    made = figure(finding, height=110 + 32 * len(counts), showlegend=False)
    made.add_bar(
        x=list(counts.values()),
        y=list(counts),
        orientation="h",
        marker={"color": BAR},
        text=[number(value) for value in counts.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x}<extra></extra>",
    )
    made.update_xaxes(title_text=title, rangemode="tozero")
    made.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return made


def by_position(parts: Sequence[Mapping[str, Any]]) -> go.Figure | None:
    """The loss along a block of text."""
    if not parts:
        return None
    first, last = parts[0], parts[-1]
    made = figure(
        f"The loss goes from {number(first['loss'])} at the begin of a block to {number(last['loss'])} at its end",
        height=280,
        showlegend=False,
    )
    made.add_scatter(
        x=[f"{part['low']} to {part['high']}" for part in parts],
        y=[part["loss"] for part in parts],
        mode="lines+markers",
        line={"color": BEST},
        customdata=[part["tokens"] for part in parts],
        hovertemplate="tokens %{x}: %{y:.4g} nats over %{customdata} tokens<extra></extra>",
    )
    made.update_xaxes(title_text="position in the block", type="category")
    made.update_yaxes(title_text="mean loss, nats")
    return made


def _most_confused(pairs: Sequence[Mapping[str, Any]]) -> str:
    if not pairs:
        return "nothing is confused"
    return "most often {true} is taken for {said} ({count} times)".format(**pairs[0])
