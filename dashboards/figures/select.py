"""What of a sweep is drawn: its trials with their merit, and its axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from hpo.results import Axis, Look, TrialRecord, axes_of, by_merit
from hpo.results.words import number, params, seconds

__all__ = [
    "drawn",
    "most_important",
    "number",
    "points_of",
    "running",
    "scale_x",
    "scale_y",
    "seconds",
    "shares",
    "told",
]


def running(look: Look) -> bool:
    """Whether more may come; at its very end a sweep is still driven, by whoever writes its results."""
    return look.status.goes_on and look.about.get("status") == "running"


def drawn(look: Look) -> list[TrialRecord]:
    """The trials with a value, by their numbers."""
    return [record for record in look.records if record.value is not None]


def shares(look: Look) -> dict[int, float]:
    """Of each trial with a value its rank, from the worst, 0, to the best, 1; those trained to their end come first."""
    order = by_merit(look.records, look.maximize)
    return {record.number: 1 - place / max(1, len(order) - 1) for place, record in enumerate(order)}


def most_important(look: Look) -> list[Axis]:
    """The dimensions, what mattered most first; in the space's order where that is not known."""
    parts: Sequence[Mapping[str, Any]] = look.summary["importance"]["parts"]
    known = {part["name"]: part["share"] for part in parts if part["share"] is not None}
    return sorted(axes_of(look.about), key=lambda axis: -known.get(axis.name, -1.0))


def points_of(look: Look, record: TrialRecord) -> list[tuple[float, float]]:
    """A trial's curve: epochs and values, where those are finite."""
    found = ((float(entry["epoch"]), float(entry["metrics"][look.metric])) for entry in record.evaluations)
    return [(epoch, value) for epoch, value in found if math.isfinite(value)]


def told(record: TrialRecord) -> str:
    """A trial in a few words, for its hover text."""
    shown = params(record.params).replace(" ", "<br>")
    state = f"{record.state}, {record.cause}" if record.cause else record.state
    return f"trial {record.number}: {number(record.value)}<br>{state}, {record.epochs:g} epochs<br>{shown}"


def scale_x(made: go.Figure, axis: Axis) -> None:
    """Lay the x axis out as a dimension has it."""
    made.update_xaxes(**_layout(axis))


def scale_y(made: go.Figure, axis: Axis) -> None:
    """The same for the y axis."""
    made.update_yaxes(**_layout(axis))


def _layout(axis: Axis) -> dict[str, Any]:
    if axis.choices:
        return {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(axis.choices),
            "title_text": axis.short,
        }
    low, high = axis.low or 0.0, axis.high or 1.0
    if axis.log:
        ends, tickformat = [math.log10(low), math.log10(high)], "~e" if low < 1e-3 else "~g"
        pad = 0.03 * (ends[1] - ends[0])
        ticks = {"dtick": 1} if ends[1] - ends[0] >= 1.5 else {"nticks": 5}
        return {
            "type": "log",
            "range": [ends[0] - pad, ends[1] + pad],
            "tickformat": tickformat,
            "title_text": axis.short,
            **ticks,
        }
    pad = 0.03 * (high - low)
    return {"type": "linear", "range": [low - pad, high + pad], "nticks": 6, "title_text": axis.short}
