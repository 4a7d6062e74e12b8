"""The slot timeline: who ran where and when, what came of it, and where slots stood empty."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.select import seconds
from dashboards.figures.stays import GOING, KEPT, KINDS, STOPPED, WASTED, Stay, idle_s, stays
from dashboards.figures.theme import COLORS, figure
from hpo.results import Look, State

PAINT = {
    KEPT: COLORS[State.COMPLETE],
    STOPPED: COLORS[State.PRUNED],
    WASTED: COLORS[State.FAILED],
    GOING: COLORS[State.RUNNING],
}
PATTERN = {KEPT: "", STOPPED: "/", WASTED: "x", GOING: "."}  # So that it does not take colours to tell them apart.
NAMED = 60  # With more stays their numbers do not fit into the bars.


def timeline(look: Look) -> go.Figure | None:
    """A row a slot, a bar a stay of a trial in it."""
    found = stays(look)
    if not found:
        return None
    begin = min(stay.begin for stay in found)
    scale, unit = unit_of(max(stay.end for stay in found) - begin)
    rows = 1 + max(stay.slot for stay in found)
    made = figure(
        _finding(look, found, rows), height=150 + 30 * min(rows, 24), detail=DETAIL, barmode="overlay", bargap=0.2
    )
    for kind in KINDS:
        own = [stay for stay in found if stay.kind == kind]
        if own:
            _add(made, own, kind, begin, scale, named=len(found) <= NAMED)
    made.update_xaxes(title_text=f"{unit} since the first trial began", rangemode="tozero")
    names = {stay.slot: f"{stay.node} slot {stay.slot + 1}".strip() for stay in found}
    made.update_yaxes(
        tickvals=list(names), ticktext=[_short(name) for name in names.values()], autorange="reversed", showgrid=False
    )
    return made


DETAIL = "A bar is a trial in a slot, the number its trial; where there is none, the slot stood empty."


def _add(made: go.Figure, own: Sequence[Stay], kind: str, begin: float, scale: float, *, named: bool) -> None:
    made.add_bar(
        base=[round((stay.begin - begin) / scale, 4) for stay in own],
        x=[round(max(stay.seconds / scale, 1e-4), 4) for stay in own],
        y=[stay.slot for stay in own],
        orientation="h",
        name=kind,
        marker={
            "color": PAINT[kind],
            "line": {"width": 0.5, "color": "#ffffff"},
            "pattern": {
                "shape": PATTERN[kind],
                "size": 5,
                "solidity": 0.2,
                "fillmode": "overlay",
                "fgcolor": "#ffffff",
            },
        },
        text=[str(stay.trial) for stay in own] if named else None,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="both",
        customdata=[[stay.trial, seconds(stay.seconds), stay.why and f"<br>{stay.why}"] for stay in own],
        hovertemplate="trial %{customdata[0]}, %{customdata[1]}%{customdata[2]}<extra>" + kind + "</extra>",
    )


def _finding(look: Look, found: Sequence[Stay], rows: int) -> str:
    slots = max(rows, look.slots or 1)
    idle, ran = idle_s(list(found), slots), sum(stay.seconds for stay in found)
    text = (
        f"{slots} {'slot was' if slots == 1 else 'slots were'} taken for {ran / max(1e-9, ran + idle):.0%} of the time"
    )
    lost = sum(stay.seconds for stay in found if stay.kind == WASTED)
    cut = sum(stay.seconds for stay in found if stay.kind == STOPPED)
    parts = [f"{seconds(idle)} idle"] if idle >= 1 else []
    parts += [f"{seconds(cut)} in trials that were stopped early"] if cut else []
    parts += [f"{seconds(lost)} lost to failures"] if lost else []
    return f"{text}: {', '.join(parts)}" if parts else text


def unit_of(span_s: float) -> tuple[float, str]:
    """Seconds in the unit in which so long a time is drawn, and its name."""
    return (1.0, "seconds") if span_s < 300 else (60.0, "minutes") if span_s < 3 * 3600 else (3600.0, "hours")


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"…{name[-21:]}"
