"""The page of all sweeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.pages.asked import part_of
from dashboards.pages.asking import asked_of
from dashboards.pages.glance import progress
from dashboards.pages.rendering import page, wants_part
from hpo.results import Line

STATES = ("running", "interrupted", "stopped", "failed", "finished")
USUAL = "started"


def fraction(line: Line) -> float | None:
    """How much of a sweep's budget is used up, 0 to 1; None: it has no end."""
    return progress(line.ended, line.trials, line.spent_s, line.hours)


KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: line.name.lower(),
    "state": lambda line: STATES.index(line.state) if line.state in STATES else len(STATES),
    "progress": fraction,
    "best": lambda line: None if line.best is None else line.best.value,
    "metric": lambda line: line.metric,
    "spent": lambda line: line.spent_s,
    "started": lambda line: line.started_at,
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def sweeps(request: Request) -> HTMLResponse:
    """All sweeps, or those that are asked for."""
    lines = request.app.state.watch.sweeps()
    counts = Counter(line.state for line in lines)
    asked = asked_of(request, USUAL, KEYS, counts)
    text = asked.search.lower()
    wanted = [line for line in lines if asked.state in ("", line.state) and text in line.name.lower()]
    part = part_of(wanted, asked, KEYS)
    context: dict[str, Any] = {
        "part": part,
        "every": len(lines),
        "counts": [(name, counts[name]) for name in (*STATES, *sorted(set(counts) - set(STATES))) if counts[name]],
        "address": f"/{part.asked.query()}",
        "fraction": fraction,
        "waiting": _waiting(request),
    }
    return page(request, "_sweeps.html" if wants_part(request) else "sweeps.html", **context)


def _waiting(request: Request) -> list[Any]:
    """The submissions whose turn has not come."""
    queue = getattr(request.app.state, "queue", None)
    return [] if queue is None else queue.jobs.waiting()
