"""The values that a population changed on the way to the best trial."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards.figures.select import number
from dashboards.figures.theme import AXIS, BEST, figure
from hpo.results import Axis, Look, axes_of


def schedules(look: Look) -> go.Figure | None:
    """A panel for each hyperparameter that changed, by optimizer step; None where none did."""
    best = look.summary["best"]
    course = (best or {}).get("schedule", [])
    changed = [axis for axis in axes_of(look.about) if len({str(part["params"].get(axis.name)) for part in course}) > 1]
    if not changed or best is None:
        return None
    last = max(look.records[best["number"]].steps, course[-1]["steps"] + 1)
    made = figure("", height=110 + 150 * len(changed))
    panels = make_subplots(rows=len(changed), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    made = go.Figure(panels).update_layout(made.layout)
    finding = f"Trial {best['number']} went through {len(course)} settings, taken over from better trials on the way"
    made.layout.meta = {"finding": finding, "detail": f"{'; '.join(_told(part) for part in course)}."}
    for row, axis in enumerate(changed, start=1):
        _add(made, row, axis, course, last)
    made.update_xaxes(**AXIS)
    made.update_yaxes(**AXIS)
    made.update_xaxes(title_text="optimizer steps", row=len(changed), col=1)
    return made


def _add(made: go.Figure, row: int, axis: Axis, course: list[dict[str, object]], last: int) -> None:
    made.add_scatter(
        x=[*(part["steps"] for part in course), last],
        y=[axis.place(part["params"][axis.name]) for part in (*course, course[-1])],  # type: ignore[index]
        mode="lines+markers",
        line={"color": BEST, "width": 2, "shape": "hv"},
        showlegend=False,
        hovertemplate=f"{axis.short} %{{y}} from step %{{x}}<extra></extra>",
        row=row,
        col=1,
    )
    kind = {"type": "log"} if axis.log else {"type": "category"} if axis.choices else {}
    made.update_yaxes(title_text=axis.short, row=row, col=1, **kind)


def _told(part: dict[str, object]) -> str:
    return f"from step {part['steps']} as trial {part['trial']} (epoch {number(part['epochs'])})"
