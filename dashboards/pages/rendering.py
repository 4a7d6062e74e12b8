"""Templates into responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from dashboards.pages.assets import asset_url, plotly_style_ids, plotly_url
from dashboards.pages.words import FILTERS, plural

TEMPLATES = Path(__file__).parent / "templates"
Redact = Callable[[str], str]


@pass_context
def _shown(context: Context, value: Any) -> Any:
    """What a template writes: every text without secrets, before it is escaped."""
    return context["redact"](value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def environment() -> Environment:
    """The templates' world. Every text is escaped; a name that a template does not get is an error."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters.update(FILTERS)
    found.globals.update(asset=asset_url, plotly=plotly_url, plotly_style_ids=plotly_style_ids, plural=plural)
    return found


def fragment(request: Request, template: str, **context: Any) -> str:
    """A part of a page as text.

    Args:
        request: The one that is answered.
        template: File in `templates/`.
        context: What the template gets.
    """
    shared = {
        "path": quote(request.scope["path"]),
        "mlflow_url": mlflow_url(request),
        "optuna_url": optuna_url(request),
        "csrf": getattr(request.state, "csrf", ""),
        "redact": redact_of(request),
    }
    return environment().get_template(template).render(**{**shared, **context})


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or the part of one that was asked for.

    Args:
        request: The one that is answered.
        template: File in `templates/`.
        status: HTTP status.
        context: What the template gets.
    """
    body = fragment(request, template, **context)
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store", "Vary": "HX-Request"})


def wants_part(request: Request) -> bool:
    """Whether a script asked, to replace a part of the page that is open."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def redact_of(request: Request) -> Redact:
    """What takes secrets out of a text."""
    found = getattr(request.app.state, "redactor", None)
    return str if found is None else found.text


def hidden(request: Request, value: Any) -> Any:
    """A JSON value without secrets: also those that only their key tells."""
    found = getattr(request.app.state, "redactor", None)
    return value if found is None else found.value(value)


def mlflow_url(request: Request) -> str:
    """Where MLflow's pages are; empty: nowhere."""
    return _told(request, "mlflow_url")


def optuna_url(request: Request) -> str:
    """Where optuna-dashboard is; empty: nowhere."""
    return _told(request, "optuna_url")


def mlflow_run(request: Request, experiment: str | None, run: str | None) -> str:
    """The address of a run in MLflow's pages; empty: it has none.

    Args:
        request: The one that is answered.
        experiment: Id of the experiment.
        run: Id of the run.
    """
    base = mlflow_url(request)
    return f"{base}/#/experiments/{experiment}/runs/{run}" if base and experiment and run else ""


def _told(request: Request, name: str) -> str:
    settings = getattr(request.app.state, "settings", None)
    return (getattr(settings, name, None) or "").rstrip("/")
