"""The page of one sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.live.update import eta_s
from dashboards.pages.asking import asked_of
from dashboards.pages.figures import MOST_SLICES
from dashboards.pages.glance import glance
from dashboards.pages.kinds import more_of
from dashboards.pages.points import point_fields
from dashboards.pages.rendering import hidden, mlflow_run, page
from dashboards.pages.report import report_of
from dashboards.pages.table import USUAL, Table, columns_of, table
from dashboards.pages.words import number
from hpo.results import Look, State, axes_of, config_dir_of, dimensions, in_config_dir

router = APIRouter(include_in_schema=False)


@router.get("/sweeps/{name}")
def sweep(request: Request, name: str) -> HTMLResponse:
    """The whole page; figures come later, each by itself."""
    look = request.app.state.watch.look(name)
    context = {
        **head_context(request, look),
        **tiles_context(look),
        "table": _table(request, look),
        "space": dimensions(look.about),
        "point": point_fields(look.about, _start(look)),
        "setup": _setup(look, hidden(request, list(look.about.get("overrides", ())))),
        "figures": more_of(look),
        "axes": axes_of(look.about)[:MOST_SLICES],
    }
    return page(request, "sweep.html", **context)


@router.get("/sweeps/{name}/head")
def head(request: Request, name: str) -> HTMLResponse:
    """The head alone, for a page whose sweep was over; headers say in which state it is, and its newest event."""
    look = request.app.state.watch.look(name)
    answer = page(request, "_head.html", **head_context(request, look))
    answer.headers["X-Sweep-State"], answer.headers["X-Sweep-Seq"] = look.status.state, str(look.seq)
    return answer


@router.get("/sweeps/{name}/trials")
def trials(request: Request, name: str) -> HTMLResponse:
    """The table of trials alone, for the page that is open."""
    look = request.app.state.watch.look(name)
    return page(request, "_trials.html", look=look, table=_table(request, look))


def head_context(request: Request, look: Look) -> dict[str, Any]:
    """What the head of the page needs."""
    run = mlflow_run(request, look.about.get("mlflow_experiment_id"), look.about.get("mlflow_run_id"))
    return {"look": look, "report": report_of(look) is not None, "mlflow_run": run}


def tiles_context(look: Look) -> dict[str, Any]:
    """What the tiles need."""
    return {"look": look, "glance": glance(look, eta_s(look.status))}


def _table(request: Request, look: Look) -> Table:
    return table(look, asked_of(request, USUAL, columns_of(look), list(State)))


def _start(look: Look) -> Mapping[str, Any]:
    """The configuration that is changed into another: the first trial's; before there is one, the config's own."""
    if look.records:
        return look.records[0].params
    found = {}
    for row in dimensions(look.about):
        value: Any = look.about.get("config", {})
        for key in row.name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            found[row.name] = value
    return found


def _setup(look: Look, overrides: list[str]) -> list[tuple[str, str]]:
    """What the sweep is of, name and text."""
    about, config = look.about, look.about.get("config", {})
    rows = (about.get("data_card") or {}).get("rows_used", {})
    options = [(name, str(option)) for name, option in about.get("choices", {}).items()]
    counted = ", ".join(f"{number(count)} {split}" for split, count in rows.items())
    found = [
        *options,
        ("rows", counted),
        ("sampler", str(config.get("sampler", {}).get("name", ""))),
        ("scheduler", str(config.get("scheduler", {}).get("name", ""))),
        ("budget", str(look.status.budget)),
        ("limits", ", ".join(map(str, look.aims.constraints))),
        ("fixed", ", ".join(f"{name}={number(value)}" for name, value in about.get("fixed", {}).items())),
        ("command", " ".join(["hpo sweep", *in_config_dir(config_dir_of(about)), *overrides])),
        ("code", str(about.get("git_commit") or "")[:12]),
    ]
    return [(name, text) for name, text in found if text]
