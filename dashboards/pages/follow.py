"""The stream of events that keeps a sweep's page as it is now."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from dashboards.live import Update
from dashboards.pages.rendering import fragment
from dashboards.pages.sweep import head_context, tiles_context
from dashboards.pages.words import number, plural
from hpo.errors import HpoError

router = APIRouter(include_in_schema=False)


@router.get("/sweeps/{name}/live")
async def live(request: Request, name: str, since: int | None = None) -> EventSourceResponse:
    """Fragments of the page, and word of what else is new, until the sweep ends.

    Args:
        since: The newest event that the page knows; None: it is as new as can be.
    """
    await run_in_threadpool(request.app.state.watch.look, name)  # 404 while that can still be said.
    return EventSourceResponse(_events(request, name, since), ping=15)


async def _events(request: Request, name: str, since: int | None) -> AsyncIterator[ServerSentEvent]:
    watch, teller = request.app.state.watch, Teller()
    try:
        async for update in watch.events(name, since):
            head, tiles = await run_in_threadpool(_parts, request, name, update)
            for event, data in teller.tell(update, head, tiles):
                yield ServerSentEvent(data, event=event)
    except HpoError:
        return  # The page asks again by itself.
    yield ServerSentEvent("{}", event="over")


def _parts(request: Request, name: str, update: Update) -> tuple[str, str]:
    """The head and the tiles as they are now; empty while nothing new can be read."""
    if update.outage:
        return "", ""
    look = request.app.state.watch.look(name)
    head = fragment(request, "_head.html", **head_context(request, look))
    return head, fragment(request, "_tiles.html", **tiles_context(look))


class Teller:
    """Tells one page what it does not show yet."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._best: float | None = None
        self._state = ""
        self._away = False

    def tell(self, update: Update, head: str, tiles: str) -> list[tuple[str, str]]:
        """Names and data of events.

        Args:
            update: What is new.
            head, tiles: Those parts of the page as they are now.
        """
        events = [
            (name, html) for name, html in (("head", head), ("tiles", tiles)) if html and self._shown.get(name) != html
        ]
        self._shown |= dict(events)
        if update.changed or update.reload or update.over:
            events.append(("points", json.dumps({"trials": [stand.number for stand in update.changed]})))
            events.append(("trials", "{}"))
        if spoken := self._news(update):
            events.append(("spoken", json.dumps({"text": spoken})))
        if bool(update.outage) != self._away:
            self._away = bool(update.outage)
            events.append(("outage", json.dumps({"away": self._away})))
        return events

    def _news(self, update: Update) -> str:
        """What is worth saying aloud: another state, a better trial; else nothing."""
        known, self._state = self._state, update.state
        best, self._best = self._best, None if update.best is None else update.best.value
        if known and known != update.state:
            return f"The sweep is {update.state}. {plural(update.ended, 'trial')} ended."
        if known and self._best is not None and self._best != best:
            return f"New best: {number(self._best)}, trial {update.best.number if update.best else ''}."
        return ""
