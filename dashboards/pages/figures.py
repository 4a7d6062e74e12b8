"""Data of the figures, asked for by the page when a figure is about to be seen."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from dashboards import figures
from dashboards.pages.curve import race, trial_curve
from dashboards.pages.drawn import Drawn, Made, NotMadeError, packed
from dashboards.pages.kinds import LIVE, MORE
from dashboards.pages.maker import Maker
from dashboards.pages.rendering import redact_of
from dashboards.pages.trial import record_of
from hpo.results import Look, axes_of

NEWER = "X-Newer-In"  # Header: seconds after which it is worth asking again.
MOST_SLICES = 6  # Dimensions, each with a figure of its own.

router = APIRouter(include_in_schema=False)
drawn = Drawn()


@router.get("/sweeps/{name}/figures/{which}.json")
def sweep_figure(request: Request, name: str, which: str) -> Response:
    """A figure of a sweep."""
    if which not in LIVE and which not in MORE:
        raise HTTPException(404, f"there is no figure {which[:40]!r}; there are {', '.join([*LIVE, *MORE])}")
    look = request.app.state.watch.look(name)
    if which in LIVE:
        return _answer(request, (look,), which, lambda: packed(LIVE[which](look)))
    maker: Maker = request.app.state.maker
    return _answer(request, (look,), which, lambda: maker.figure(look, which))


@router.get("/sweeps/{name}/slices/{dimension}.json")
def slice_figure(request: Request, name: str, dimension: str) -> Response:
    """The metric along one dimension."""
    look = request.app.state.watch.look(name)
    axis = next((axis for axis in axes_of(look.about) if axis.name == dimension), None)
    if axis is None:
        raise HTTPException(404, f"{name} has no dimension {dimension[:100]!r}")
    return _answer(request, (look,), f"slice {dimension}", lambda: packed(figures.slice_of(look, axis)))


@router.get("/sweeps/{name}/trials/{number}/figure.json")
def trial_figure(request: Request, name: str, number: int) -> Response:
    """The curve of a trial."""
    look = request.app.state.watch.look(name)
    record = record_of(look, number)
    return _answer(request, (look,), f"trial {number}", lambda: packed(trial_curve(look, record)))


@router.get("/compare/{by}.json")
def compared_figure(request: Request, by: str, one: str, other: str) -> Response:
    """The best so far of two sweeps, over trials or time."""
    if by not in ("trials", "time"):
        raise HTTPException(404, "there is trials.json and time.json")
    watch = request.app.state.watch
    first, second = watch.look(one), watch.look(other)
    return _answer(request, (first, second), by, lambda: packed(race(first, second, by == "time")))


def _answer(request: Request, looks: tuple[Look, ...], what: str, make: Callable[[], str]) -> Response:
    redact = redact_of(request)
    try:
        return _told(request, looks, drawn.get(looks, what, make, redact))
    except NotMadeError as error:
        return JSONResponse({"detail": redact(str(error))}, 503, {NEWER: f"{error.again_s:.1f}"})


def _told(request: Request, looks: tuple[Look, ...], made: Made) -> Response:
    if not made.body:
        return Response(status_code=204)
    headers = {"ETag": made.etag, "Cache-Control": "no-cache"}
    if (wait_s := made.newer_in_s(looks)) > 0:
        headers[NEWER] = f"{wait_s:.1f}"
    if request.headers.get("if-none-match") == made.etag:
        return Response(status_code=304, headers=headers)
    return Response(made.body, media_type="application/json", headers=headers)
