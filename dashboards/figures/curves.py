"""Learning curves, coloured by the state in which their trials are."""

from __future__ import annotations

import statistics

import plotly.graph_objects as go

from dashboards.figures.select import drawn, number, points_of
from dashboards.figures.theme import BEST, COLORS, figure
from hpo.results import Look, State, TrialRecord, best_trial

MOST_POINTS = 12_000  # Of all curves together: what a browser draws at once as SVG.
FEWEST = 6  # Of one curve.
BEHIND = (
    State.WAITING,
    State.PRUNED,
    State.FAILED,
    State.PAUSED,
    State.COMPLETE,
    State.RUNNING,
)  # Drawn in this order.


def curves(look: Look) -> go.Figure | None:
    """The metric by epochs, a line a trial, the best one on top."""
    known = {record.number: points for record in drawn(look) if (points := points_of(look, record))}
    if not known:
        return None
    most = max(FEWEST, MOST_POINTS // len(known))
    detail = "A line is a trial."
    if any(len(points) > most for points in known.values()):
        detail += f" Long ones are thinned out to {most} points; their ends and best points stay."
    made = figure(_finding(look), height=420, detail=detail)
    for state in BEHIND:
        own = [record for record in look.records if record.state is state and record.number in known]
        if own:
            _add(made, own, {record.number: thinned(known[record.number], most, look.maximize) for record in own})
    best = best_trial(look.records, look.maximize)
    if best is not None and best.number in known:
        epochs, values = zip(*thinned(known[best.number], most, look.maximize), strict=True)
        made.add_scatter(
            x=epochs,
            y=values,
            mode="lines+markers" if len(epochs) < 60 else "lines",
            name=f"trial {best.number}, the best",
            line={"color": BEST, "width": 3},
            hovertemplate=f"trial {best.number}: %{{y:.4g}} at epoch %{{x:g}}<extra></extra>",
        )
    made.update_xaxes(title_text="epochs", rangemode="tozero")
    made.update_yaxes(title_text=look.metric)
    return made


def thinned(points: list[tuple[float, float]], most: int, maximize: bool) -> list[tuple[float, float]]:
    """At most about so many points of a curve, its ends and its best among them."""
    if len(points) <= most:
        return points
    keep = {round(place * (len(points) - 1) / (most - 2)) for place in range(most - 1)}
    values = [value for _, value in points]
    keep.add(values.index(max(values) if maximize else min(values)))
    return [points[place] for place in sorted(keep)]


def _add(made: go.Figure, records: list[TrialRecord], known: dict[int, list[tuple[float, float]]]) -> None:
    """All curves of a state as one trace, whose gaps part them."""
    x: list[float | None] = []
    y: list[float | None] = []
    numbers: list[int | None] = []
    for record in records:
        points = known[record.number]
        x += [*(epoch for epoch, _ in points), None]
        y += [*(float(f"{value:.6g}") for _, value in points), None]
        numbers += [*([record.number] * len(points)), None]
    state = records[0].state
    single = all(len(points) == 1 for points in known.values())
    made.add_scatter(
        x=x,
        y=y,
        customdata=numbers,
        mode="markers" if single else "lines" if len(x) > 200 else "lines+markers",
        name=state.value,
        opacity=max(0.45, min(0.85, 12 / len(records))),
        line={"color": COLORS[state], "width": 1.5},
        marker={"size": 4},
        hovertemplate="trial %{customdata}: %{y:.4g} at epoch %{x:g}<extra></extra>",
    )


def _finding(look: Look) -> str:
    records = drawn(look)
    whole = sum(record.state is State.COMPLETE for record in records)
    text = f"{whole} of {len(look.records)} trials trained to their end"
    early = [record.epochs for record in records if record.state is State.PRUNED]
    if early:
        text += f"; {len(early)} were stopped early, half of them by epoch {number(statistics.median(early))}"
    return text
