"""What can be read of sweeps and trials."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from dashboards.service.api.models import (
    AnswerInfo,
    Story,
    SweepDetail,
    Sweeps,
    Trial,
    Trials,
)
from dashboards.service.api.parts import Parts, PartsNow, RequestNumber, SpanNow, SweepName, TrialNumber
from dashboards.service.api.views import answer_of, detail_of, line_of, moment_of, trial_line, trial_of
from dashboards.service.problems import ServiceError, answers
from hpo.control import answer_to
from hpo.errors import HpoError, InputError
from hpo.results import Look, State, TrialRecord

router = APIRouter(tags=["sweeps"])
PING_S = 15


@router.get("/sweeps", responses=answers(401, 422))
def sweeps(
    here: PartsNow,
    span: SpanNow,
    state: Annotated[str | None, Query(max_length=20, description="Only those in this state.")] = None,
    search: Annotated[str, Query(max_length=100, description="Only those whose name holds this.")] = "",
) -> Sweeps:
    """All sweeps, the newest first."""
    found = [line for line in here.watch.sweeps() if state in (None, line.state) and search in line.name]
    return Sweeps(
        items=[line_of(line) for line in span.of(found)], total=len(found), offset=span.offset, limit=span.limit
    )


@router.get("/sweeps/{name}", responses=answers(401, 404, 422))
def sweep(name: SweepName, here: PartsNow) -> SweepDetail:
    """One sweep: how it stands, its space and config."""
    return detail_of(here.watch.look(name), here.redactor)


@router.get("/sweeps/{name}/trials", responses=answers(401, 404, 422))
def trials(
    name: SweepName,
    here: PartsNow,
    span: SpanNow,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
) -> Trials:
    """A sweep's trials, in the order of their numbers."""
    records = [record for record in here.watch.look(name).records if state in (None, record.state)]
    items = [trial_line(record, here.redactor) for record in span.of(records)]
    return Trials(items=items, total=len(records), offset=span.offset, limit=span.limit)


@router.get("/sweeps/{name}/trials/{trial}", responses=answers(401, 404, 422))
def trial(name: SweepName, trial: TrialNumber, here: PartsNow) -> Trial:
    """One trial, with its evaluations."""
    look, record = _trial(here, name, trial)
    return trial_of(look, record, here.redactor)


@router.get("/sweeps/{name}/trials/{trial}/story", responses=answers(401, 404, 422))
def story(name: SweepName, trial: TrialNumber, here: PartsNow) -> Story:
    """Why it was proposed, paused, advanced, stopped."""
    look, _ = _trial(here, name, trial)
    return Story(items=[moment_of(moment, here.redactor) for moment in look.story(trial)])


@router.get("/sweeps/{name}/requests/{request}", responses=answers(401, 404, 422))
def request(name: SweepName, request: RequestNumber, here: PartsNow) -> AnswerInfo:
    """What has become of something that was asked of the sweep's driver."""
    here.watch.look(name)
    try:
        return answer_of(answer_to(here.settings.place, name, request), here.redactor)
    except InputError as error:
        raise ServiceError(404, f"{name} has no request {request}") from error


@router.get(
    "/sweeps/{name}/events",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Events named `update`, each a JSON object.", "content": {"text/event-stream": {}}},
        **answers(401, 404, 422),
    },
)
async def events(
    name: SweepName,
    here: PartsNow,
    since: Annotated[
        int | None, Query(ge=0, le=2**53, description="Number of the newest event that is known (`seq`).")
    ] = None,
    last_event_id: Annotated[
        str, Header(max_length=20, description="The same, from a browser that connects again.")
    ] = "",
) -> EventSourceResponse:
    """Server-sent events: how the sweep stands, at once and whenever anything is new, until it ends."""
    known = int(last_event_id) if last_event_id.isascii() and last_event_id.isdecimal() else since
    stream = here.watch.events(name, known)
    first = await anext(stream, None)  # So that a sweep that is not there is a 404.

    async def told() -> AsyncIterator[ServerSentEvent]:
        update = first
        async with aclosing(stream):
            while update is not None:
                yield ServerSentEvent(update.json, event="update", id=str(update.seq))
                try:
                    update = await anext(stream, None)
                except HpoError as error:
                    yield ServerSentEvent(here.redactor.text(str(error)), event="outage")
                    return

    return EventSourceResponse(told(), ping=PING_S)


def _trial(here: Parts, name: str, number: int) -> tuple[Look, TrialRecord]:
    look = here.watch.look(name)
    record = next((record for record in look.records if record.number == number), None)
    if record is None:
        raise ServiceError(404, f"{name} has no trial {number}")
    return look, record
