"""Data of the figures, asked for by the page when a figure is about to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
from fastapi import APIRouter, HTTPException, Request, Response

from dashboards import figures
from dashboards.pages.curve import race, trial_curve
from dashboards.pages.drawn import Drawn
from dashboards.pages.rendering import redact_of
from dashboards.pages.trial import record_of
from hpo.results import Look, axes_of

NEWER = "X-Newer-In"  # Header: seconds after which it is worth asking again.
MOST_SLICES = 6  # Dimensions, each with a figure of its own.
MORE = (
    ("importance", "What mattered"),
    ("parallel", "Values side by side"),
    ("contour", "The two that matter most"),
    ("front", "Trade-offs"),
    ("timeline", "Slots"),
    ("spent", "Where the time went"),
    ("confirmed", "Confirmed under fresh seeds"),
    ("schedules", "Schedules"),
)
MADE: dict[str, Callable[[Look], Any]] = {
    "history": figures.history,
    "curves": figures.curves,
    **{name: getattr(figures, name) for name, _ in MORE},
}

router = APIRouter(include_in_schema=False)
drawn = Drawn()


def more_of(look: Look) -> list[tuple[str, str]]:
    """Names and titles of the further figures that a sweep of this kind can have."""
    without = set() if look.aims.several else {"front"}
    without |= set() if look.about.get("confirmation") or look.confirming else {"confirmed"}
    without |= set() if any(record.exploits for record in look.records) else {"schedules"}
    return [(name, title) for name, title in MORE if name not in without]


@router.get("/sweeps/{name}/figures/{which}.json")
def sweep_figure(request: Request, name: str, which: str) -> Response:
    """A figure of a sweep."""
    if which not in MADE:
        raise HTTPException(404, f"there is no figure {which[:40]!r}; there are {', '.join(MADE)}")
    look = request.app.state.watch.look(name)
    return _answer(request, (look,), which, lambda: MADE[which](look))


@router.get("/sweeps/{name}/slices/{dimension}.json")
def slice_figure(request: Request, name: str, dimension: str) -> Response:
    """The metric along one dimension."""
    look = request.app.state.watch.look(name)
    axis = next((axis for axis in axes_of(look.about) if axis.name == dimension), None)
    if axis is None:
        raise HTTPException(404, f"{name} has no dimension {dimension[:100]!r}")
    return _answer(request, (look,), f"slice {dimension}", lambda: figures.slice_of(look, axis))


@router.get("/sweeps/{name}/trials/{number}/figure.json")
def trial_figure(request: Request, name: str, number: int) -> Response:
    """The curve of a trial."""
    look = request.app.state.watch.look(name)
    record = record_of(look, number)
    return _answer(request, (look,), f"trial {number}", lambda: trial_curve(look, record))


@router.get("/compare/{by}.json")
def compared_figure(request: Request, by: str, one: str, other: str) -> Response:
    """The best so far of two sweeps, over trials or hours."""
    if by not in ("trials", "hours"):
        raise HTTPException(404, "there is trials.json and hours.json")
    watch = request.app.state.watch
    first, second = watch.look(one), watch.look(other)
    return _answer(request, (first, second), by, lambda: race(first, second, by == "hours"))


def _answer(request: Request, looks: tuple[Look, ...], what: str, make: Callable[[], go.Figure | None]) -> Response:
    made = drawn.get(looks, what, make, redact_of(request))
    if not made.body:
        return Response(status_code=204)
    headers = {"ETag": made.etag, "Cache-Control": "no-cache"}
    if (wait_s := made.newer_in_s(looks)) > 0:
        headers[NEWER] = f"{wait_s:.1f}"
    if request.headers.get("if-none-match") == made.etag:
        return Response(status_code=304, headers=headers)
    return Response(made.body, media_type="application/json", headers=headers)
