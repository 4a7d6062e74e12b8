"""Sweeps that are planned or begun, and what became of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from starlette.requests import Request

from dashboards.service.api.models import Plan, Submission, SubmissionIn, Submissions
from dashboards.service.api.parts import MOST_TRIALS, Parts, PartsNow, SpanNow
from dashboards.service.api.views import submission_of
from dashboards.service.problems import ServiceError, answers
from dashboards.service.runs.jobs import FullError, Job, TakenError
from dashboards.service.security.refused import log_refusal
from hpo.control import BusyError, sweep_arguments
from hpo.errors import Problem

log = logging.getLogger("hpo.service")
router = APIRouter(tags=["submissions"])
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again with the same body it begins nothing, and gets the first answer.",
    ),
]
JobId = Annotated[int, Path(ge=0, le=MOST_TRIALS, description="Id of the submission.")]


@router.post(
    "/sweeps",
    status_code=202,
    responses={200: {"model": Submission | Plan}, **answers(401, 409, 413, 422, 429)},
)
def submit(
    body: SubmissionIn, here: PartsNow, request: Request, response: Response, key: Key = None
) -> Submission | Plan:
    """Begin a sweep, or with `dry_run` see what it would do. It is checked first: every problem is told."""
    asked = json.dumps(body.model_dump(), sort_keys=True)
    if key is not None and not body.dry_run and (known := here.queue.jobs.by_key(key)) is not None:
        response.status_code = 200
        return submission_of(_same(known, asked), here.queue, here.redactor)
    overrides = [*([f"experiment={body.experiment}"] if body.experiment else []), *body.overrides]
    found = _checked(here, request, overrides)
    plan = Plan.model_validate(here.redactor.value(found))
    if body.dry_run:
        response.status_code = 200
        return plan
    name = str(found["name"])
    named = [*overrides, f"sweep.name='{name}'"]  # In quotes, else `null` or `1_0` were no names.
    job = put(here, name, sweep_arguments(named), asked, key)
    return submission_of(_same(job, asked), here.queue, here.redactor, plan=plan)


@router.get("/submissions", responses=answers(401, 422))
def submissions(here: PartsNow, span: SpanNow) -> Submissions:
    """All that was submitted to this server, the newest first."""
    jobs, total = here.queue.jobs.page(span.offset, span.limit)
    items = [submission_of(job, here.queue, here.redactor) for job in jobs]
    return Submissions(items=items, total=total, offset=span.offset, limit=span.limit)


@router.get("/submissions/{job}", responses=answers(401, 404, 422))
def submission(job: JobId, here: PartsNow) -> Submission:
    """One submission, with the end of what its process printed."""
    return submission_of(_job(here, job), here.queue, here.redactor, whole=True)


@router.post("/submissions/{job}/cancel", responses=answers(401, 404, 409, 422))
def cancel(job: JobId, here: PartsNow) -> Submission:
    """Take a submission that waits out of the queue."""
    found = _job(here, job)
    if not here.queue.jobs.cancel(job):
        raise ServiceError(409, f"submission {job} does not wait: it is {found.state}")
    return submission_of(_job(here, job), here.queue, here.redactor)


def put(here: Parts, sweep: str, arguments: tuple[str, ...], asked: str, key: str | None = None) -> Job:
    """Put what drives a sweep into the queue.

    Raises:
        ServiceError: The sweep has a job, or too many wait.
    """
    try:
        return here.queue.submit(sweep, arguments, asked, key, here.settings.max_waiting)
    except TakenError as error:
        raise ServiceError(409, f"{sweep!r} waits or is starting already") from error
    except FullError as error:
        raise ServiceError(429, str(error), headers={"Retry-After": "60"}) from error


def _checked(here: Parts, request: Request, overrides: list[str]) -> Mapping[str, Any]:
    """The plan with all that is in it.

    Raises:
        ServiceError: There is none.
    """
    try:
        found = here.checker.check(overrides, here.settings.rules)
    except BusyError as error:
        raise ServiceError(429, str(error), headers={"Retry-After": "10"}) from error
    if found.refused:
        places = ", ".join(sorted({problem.where for problem in found.problems}))
        log_refusal(request.scope, 422, f"overrides that are not allowed: {ascii(places)[1:-1][:200]}")
    if found.broke:
        log.error("a check broke off: %s", here.redactor.text(found.broke))
    if found.plan is None:
        what = "what the overrides say is not allowed" if found.refused else "the sweep cannot work as it is"
        raise ServiceError(422, what, found.problems)
    return found.plan


def _same(job: Job, asked: str) -> Job:
    if job.asked != asked:
        problem = Problem("Idempotency-Key", "was sent before, with another body", "take a new key")
        raise ServiceError(422, "the idempotency key is another submission's", [problem])
    return job


def _job(here: Parts, number: int) -> Job:
    found = here.queue.jobs.find(number)
    if found is None:
        raise ServiceError(404, f"there is no submission {number}")
    return found
