"""Figures that only pages have: one trial among the others, and two sweeps against each other."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from dashboards.figures.curves import thinned
from dashboards.figures.select import points_of
from dashboards.figures.theme import BEST, COLORS, MUTED, figure
from dashboards.figures.timeline import unit_of
from dashboards.pages.words import number, plural
from hpo.results import Look, State, TrialRecord

OTHERS = 60  # Curves of other trials behind the one that is looked at.
POINTS = 400  # Of one curve.
PAIR = ("#2f7fd0", "#c2741c")  # The two sweeps.


def trial_curve(look: Look, record: TrialRecord) -> go.Figure | None:
    """The curve of a trial, with the best one and some of the others behind it."""
    own = points_of(look, record)
    if not own:
        return None
    made = figure(_finding(look, record), height=320)
    _add_others(made, look, record)
    best = look.status.best
    if best is not None and best.number != record.number and (points := points_of(look, best)):
        _add(made, look, points, f"trial {best.number}, the best", {"color": BEST, "width": 1.5, "dash": "dot"})
    line = {"color": COLORS[record.state], "width": 3}
    _add(made, look, own, f"trial {record.number}", line, "lines+markers" if len(own) < 60 else "lines")
    made.update_xaxes(title="epochs", rangemode="tozero")
    made.update_yaxes(title=look.metric)
    return made


def race(one: Look, other: Look, by_time: bool) -> go.Figure | None:
    """The best so far of two sweeps.

    Args:
        by_time: Over the time since each began; else over the trials that had ended.
    """
    unit_s, unit = unit_of(max(map(_span_s, (one, other))))
    made = figure(_ends(one, other), height=320)
    drawn = False
    for look, color in zip((one, other), PAIR, strict=True):
        points = best_so_far(look, _since(look, unit_s) if by_time else None)
        if not points:
            continue
        drawn = True
        x, y = zip(*points, strict=True)
        name = look.name if one.name != other.name else f"{look.name} ({'first' if look is one else 'second'})"
        made.add_scatter(
            x=x,
            y=y,
            mode="lines",
            name=_safe(name),
            line={"color": color, "width": 2.5, "shape": "hv", "dash": "solid" if look is one else "dash"},
            hovertemplate="%{y:.4g} at %{x:.4g}<extra></extra>",
        )
    made.update_xaxes(title=f"{unit} since its begin" if by_time else "trials ended", rangemode="tozero")
    made.update_yaxes(title=one.metric)
    return made if drawn else None


def best_so_far(look: Look, since: Callable[[TrialRecord], float] | None) -> list[tuple[float, float]]:
    """The best value of the trials that were trained to their end, each time that one came; with the end of the line.

    Args:
        since: When a trial ended; None: their places in the order of their ends.
    """
    ended = sorted((r for r in look.records if r.ended_at is not None), key=lambda record: record.ended_at or 0.0)
    sign = 1 if look.maximize else -1
    found: list[tuple[float, float]] = []
    for place, record in enumerate(ended, 1):
        if record.state is not State.COMPLETE or not record.standing.feasible or record.value is None:
            continue
        if not found or sign * record.value > sign * found[-1][1]:
            found.append((float(place) if since is None else since(record), record.value))
    if found:
        end = float(len(ended)) if since is None else since(ended[-1])
        found.append((end, found[-1][1]))
    return found


def _ends(one: Look, other: Look) -> str:
    """Where both lines end, in words."""
    told = []
    for look in (one, other):
        points = best_so_far(look, None)
        value = number(points[-1][1]) if points else "nothing yet"
        ended = sum(record.ended_at is not None for record in look.records)
        told.append(f"{look.name}: {value} after {plural(ended, 'trial')}")
    return "; ".join(told)


def _since(look: Look, unit_s: float) -> Callable[[TrialRecord], float]:
    return lambda record: ((record.ended_at or 0.0) - look.status.started_at) / unit_s


def _span_s(look: Look) -> float:
    """Until the last trial ended."""
    since = _since(look, 1.0)
    return max((since(record) for record in look.records if record.ended_at is not None), default=0.0)


def _add_others(made: go.Figure, look: Look, record: TrialRecord) -> None:
    """As one trace, whose gaps part them."""
    others = [other for other in look.records if other.number != record.number and len(other.evaluations) > 1]
    step = max(1, -(-len(others) // OTHERS))
    x: list[float | None] = []
    y: list[float | None] = []
    for other in others[::step]:
        points = thinned(points_of(look, other), 40, look.maximize)
        x += [*(epoch for epoch, _ in points), None]
        y += [*(value for _, value in points), None]
    if x:
        line = {"color": MUTED, "width": 1}
        made.add_scatter(x=x, y=y, mode="lines", name="other trials", opacity=0.35, line=line, hoverinfo="skip")


def _add(
    made: go.Figure,
    look: Look,
    points: list[tuple[float, float]],
    name: str,
    line: dict[str, object],
    mode: str = "lines",
) -> None:
    x, y = zip(*thinned(points, POINTS, look.maximize), strict=True)
    template = f"{name}: %{{y:.4g}} at epoch %{{x:g}}<extra></extra>"
    made.add_scatter(x=x, y=y, mode=mode, name=name, line=line, marker={"size": 5}, hovertemplate=template)


def _finding(look: Look, record: TrialRecord) -> str:
    if record.value is None:
        return "nothing finite was measured"
    text = f"{number(record.value)} at epoch {number(record.value_epoch)}"
    points = points_of(look, record)
    after = points[-1][0] - (record.value_epoch or 0.0)
    return f"{text}, then {number(after)} more epochs without a better one" if after > 0 else text


def _safe(text: str) -> str:
    """A name that Plotly shows as it is: it reads some HTML in texts."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
