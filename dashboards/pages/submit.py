"""The page that begins a sweep. Checking, planning and starting are the API's."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.pages.rendering import page
from dashboards.pages.words import plural
from hpo.control import PLACES, config_groups, experiments, known_keys

USUAL = "smoke"  # The preset that is over soonest.

router = APIRouter(include_in_schema=False)


@router.get("/submit")
def submit(request: Request, experiment: str = USUAL) -> HTMLResponse:
    """The form, with a preset chosen."""
    groups = [group for group in config_groups() if group.name not in PLACES]
    settings, queue = request.app.state.settings, getattr(request.app.state, "queue", None)
    waiting = 0 if queue is None else len(queue.jobs.waiting())
    context: dict[str, Any] = {
        "queue": _queue(settings.max_sweeps, waiting),
        "presets": experiments(),
        "groups": groups,
        "chosen": experiment,
        "keys": known_keys(),
    }
    return page(request, "submit.html", **context)


def _queue(most: int, waiting: int) -> str:
    """How soon a sweep would begin."""
    at_once = "One sweep runs" if most == 1 else f"Up to {most} sweeps run"
    return f"{at_once} at once; {plural(waiting, 'submission')} in the queue."
