"""The application: API, pages, and what guards them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dashboards.live import Watch
from dashboards.metrics.exposition import Exposition
from dashboards.metrics.router import router as metrics
from dashboards.pages.errors import error_page
from dashboards.pages.maker import Maker
from dashboards.pages.router import router as pages
from dashboards.service import health, login
from dashboards.service.api import acting, choosing, describing, reading, submitting
from dashboards.service.broken import log_broken
from dashboards.service.errors import add_handlers
from dashboards.service.problems import ProblemDetail
from dashboards.service.runs.make import queue_of
from dashboards.service.security.body import BodyLimit
from dashboards.service.security.entry import Entry
from dashboards.service.security.gate import Gate
from dashboards.service.security.headers import SecurityHeaders
from dashboards.service.settings import Settings
from hpo.control import Checker, environment_at
from hpo.errors import HpoError
from hpo.results import Redactor

API = "/api/v1"
TICK_S = 1.0
log = logging.getLogger("hpo.service")


def create_app(settings: Settings) -> FastAPI:
    """The application of one output folder.

    Its state has the parts that pages use: `settings`, `watch`, `queue`, `checker`, `maker`, `redactor`, `entry`.
    """
    described = f"{API}/openapi.json"
    app = FastAPI(title="hpo", version="1", openapi_url=described, docs_url=None, redoc_url=None, lifespan=_life)
    state = app.state
    settings = replace(settings, place=settings.place.for_pages())
    state.settings, state.watch = settings, Watch(settings.place)
    state.queue = queue_of(settings)
    state.exposition = Exposition(state.watch, state.queue.lengths)
    state.checker = Checker(environment_at(settings.place))
    state.maker = Maker(settings.place)
    state.redactor = Redactor(more=(settings.token,))
    state.entry = Entry(settings.token, settings.secure)
    state.error_page = error_page
    for part in (reading, submitting, acting, choosing, describing):
        app.include_router(part.router, prefix=API)
    app.include_router(health.router)
    app.include_router(login.router)
    app.include_router(metrics)
    app.include_router(pages)
    add_handlers(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, most_bytes=settings.body_bytes)
    app.add_middleware(Gate, entry=state.entry, hosts=settings.hosts)
    app.add_middleware(SecurityHeaders, secure=settings.secure)
    app.openapi = lambda: _schema(app)  # type: ignore[method-assign]
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Looks after the queue while the server lives. What runs is left alone at its end."""
    state = app.state
    with contextlib.ExitStack() as parts:
        for part in (state.maker, state.checker, state.watch):
            parts.callback(part.close)
        pump = asyncio.create_task(_pump(app))
        warming = asyncio.create_task(asyncio.to_thread(state.watch.warm))
        try:
            yield
        finally:
            pump.cancel()
            await asyncio.wait((pump, warming))


async def _pump(app: FastAPI) -> None:
    state = app.state
    while True:
        try:
            state.checker.tidy()
            state.maker.tidy()
            await asyncio.to_thread(state.queue.tick)
        except (HpoError, OSError) as error:  # The ledger or the disk is away: again in a second.
            log.warning("the queue waits: %s", state.redactor.text(str(error)))
        except Exception as error:  # noqa: BLE001  # nobody else begins what waits: it goes on, whatever was raised
            log_broken("the queue waits", error, state.redactor)
        await asyncio.sleep(TICK_S)


def _schema(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with the answer of every problem and the two ways to be let in."""
    if app.openapi_schema is None:
        schema = get_openapi(title="hpo", version="1", routes=app.routes, description=app.description)
        parts = schema.setdefault("components", {})
        found = ProblemDetail.model_json_schema(ref_template="#/components/schemas/{model}")
        definitions = found.pop("$defs", {})
        parts.setdefault("schemas", {}).update(definitions | {"ProblemDetail": found})
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        app.openapi_schema = schema
    return app.openapi_schema
