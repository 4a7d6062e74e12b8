"""What the trainings under fresh seeds say of the best configurations."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards.figures.select import number
from dashboards.figures.theme import BEST, COLORS, MUTED, figure
from hpo.results import Look, State


def confirmed(look: Look) -> go.Figure | None:
    """Mean and confidence interval of each configuration, with its single values and what the search had."""
    found = look.summary.get("confirmation")
    rows = [row for row in found["ranking"] if row["mean"] is not None] if found else []
    if not found or not rows:
        return None
    level = f"{100 * found['level']:g} %"
    made = figure(
        _finding(rows, look.metric), height=150 + 44 * len(rows), detail=f"Lines: {level} confidence intervals."
    )
    names = [f"trial {row['trial']}" for row in rows]
    half = [0.0 if row["low"] is None else row["high"] - row["mean"] for row in rows]
    made.add_scatter(
        x=[value for row in rows for value in row["values"].values()],
        y=[name for name, row in zip(names, rows, strict=True) for _ in row["values"]],
        mode="markers",
        name="one fresh seed",
        marker={"color": MUTED, "symbol": "line-ns-open", "size": 14, "line": {"width": 2}},
        hovertemplate="%{y}: %{x:.4g}<extra>one fresh seed</extra>",
    )
    made.add_scatter(
        x=[row["mean"] for row in rows],
        y=names,
        error_x={"type": "data", "array": half, "thickness": 2, "width": 8, "color": COLORS[State.COMPLETE]},
        mode="markers",
        name="mean",
        marker={"color": COLORS[State.COMPLETE], "size": 11},
        hovertemplate="%{y}: mean %{x:.4g}<extra></extra>",
    )
    made.add_scatter(
        x=[row["searched"] for row in rows],
        y=names,
        mode="markers",
        name="in the search",
        marker={"color": BEST, "symbol": "diamond-open", "size": 11, "line": {"width": 2}},
        hovertemplate="%{y}: %{x:.4g} in the search<extra></extra>",
    )
    start = look.summary["start"]
    if start is not None and start["value"] is not None:
        made.add_vline(start["value"], line={"dash": "dash", "color": MUTED, "width": 1.5})
        place = {"yref": "paper", "y": 0, "xanchor": "left", "yanchor": "bottom"}
        made.add_annotation(x=start["value"], text="start", showarrow=False, **place)
    made.update_xaxes(title_text=look.metric)
    made.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return made


def _finding(rows: list[dict[str, object]], metric: str) -> str:
    first, tied = rows[0], [str(row["trial"]) for row in rows[1:] if row["tie"]]
    text = f"Trial {first['trial']} has the best mean {metric}, {number(first['mean'])}"
    return f"{text}; trial {', '.join(tied)} cannot be told from it" if tied else text
