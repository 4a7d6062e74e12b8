"""How every figure looks: colours that hold on white and on black, for the colour-blind too.

Text, axes and grids take their colours from the page (`figures.css`), so that one figure serves light, dark and print.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from hpo.results import State

# Each has a contrast of at least 3 to white and to #14171c. States differ in their symbols too.
COLORS = {
    State.COMPLETE: "#2f7fd0",
    State.PRUNED: "#c2741c",
    State.FAILED: "#d64550",
    State.RUNNING: "#1d9a78",
    State.PAUSED: "#9a6fd8",
    State.WAITING: "#868b94",
}
SYMBOLS = {
    State.COMPLETE: "circle",
    State.PRUNED: "triangle-down",
    State.FAILED: "x",
    State.RUNNING: "diamond",
    State.PAUSED: "square",
    State.WAITING: "circle-open",
}
BEST, MUTED = "#d1368f", "#868b94"
# For values from worst to best: viridis (van der Walt and Smith 2015), without the ends that vanish on black or white.
SCALE = ((0.0, "#5b50a3"), (0.33, "#33769c"), (0.66, "#2aa07a"), (1.0, "#c9a227"))
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MIDDLE = "#7b818b"  # Of text and lines where a page has no `figures.css`.
GRID = "rgba(128,134,145,0.25)"
CSS = Path(__file__).with_name("figures.css")
CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "plotlyServerURL": "",
    "showTips": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}


def figure(finding: str, *, height: int = 360, detail: str = "", **layout: Any) -> go.Figure:
    """An empty figure.

    Args:
        finding: What it shows, as a sentence: the heading above it, and what is read out in its place.
        height: In pixels.
        detail: How to read it.
        layout: Of Plotly.
    """
    made = go.Figure()
    made.update_layout(
        template="none",
        height=height,
        font={"family": FONT, "size": 13, "color": MIDDLE},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        hoverlabel={"align": "left"},
        meta={"finding": finding, "detail": detail},
        **layout,
    )
    made.update_xaxes(**AXIS)
    made.update_yaxes(**AXIS)
    return made


AXIS: dict[str, Any] = {
    "automargin": True,
    "gridcolor": GRID,
    "linecolor": MIDDLE,
    "showline": False,
    "zeroline": False,
    "title": {"standoff": 8},
}


def finding(made: go.Figure) -> str:
    """What a figure shows, as a sentence."""
    return str(made.layout.meta["finding"])


def detail(made: go.Figure) -> str:
    """How to read it; empty: it needs no word."""
    return str(made.layout.meta["detail"])


def color(share: float) -> str:
    """The colour of a value from the worst, 0, to the best, 1."""
    place = min(max(share, 0.0), 1.0)
    for (low, before), (high, after) in itertools.pairwise(SCALE):
        if place <= high:
            part = (place - low) / (high - low)
            mixed = (round(one + part * (other - one)) for one, other in zip(_rgb(before), _rgb(after), strict=True))
            return f"rgb({','.join(map(str, mixed))})"
    return SCALE[-1][1]


def plotly_scale() -> list[list[Any]]:
    """The same as Plotly's `colorscale`."""
    return [list(stop) for stop in SCALE]


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
