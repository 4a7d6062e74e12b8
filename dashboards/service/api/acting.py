"""What can be done to sweeps that are there."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter

from dashboards.service.api.models import AnswerInfo, CloneIn, EnqueueIn, ExtendIn, Scalar, Value
from dashboards.service.api.parts import Parts, PartsNow, SweepName, TrialNumber
from dashboards.service.api.submitting import put
from dashboards.service.api.views import answer_of, submission_of
from dashboards.service.problems import ServiceError, answers
from hpo.control import (
    Answer,
    More,
    Outcome,
    clone,
    driver_at,
    enqueue,
    extend,
    extend_arguments,
    refuse_busy,
    refuse_old,
    resume_arguments,
    stop,
    stop_trial,
)
from hpo.errors import InputError, Problem

router = APIRouter(tags=["actions"])
ANSWERS = answers(401, 404, 409, 413, 422, 429)
LARGEST = 1e300
LONGEST = 1000


@router.post("/sweeps/{name}/stop", responses=ANSWERS)
def stop_sweep(name: SweepName, here: PartsNow) -> AnswerInfo:
    """Leave the sweep, resumable: each trial writes a checkpoint after its step. What waits for it leaves the queue."""
    place = here.settings.place
    job = here.queue.jobs.of_sweep(name)
    left = job is not None and here.queue.jobs.cancel(job.id)
    if name not in place.names() or driver_at(place, name) is None:
        if left:
            return AnswerInfo(outcome=Outcome.DONE, text="it was taken out of the queue")
        if job is not None and job.live:
            raise ServiceError(409, f"{name!r} is being started, or just ends: stop it in a moment")
    return answer_of(stop(place, name, here.settings.answer_s), here.redactor)


@router.post("/sweeps/{name}/resume", status_code=202, responses=ANSWERS)
def resume_sweep(name: SweepName, here: PartsNow) -> AnswerInfo:
    """Go on with a sweep that nobody drives, as soon as there is room."""
    place = here.settings.place
    refuse_old(name, place.read(name).about)
    refuse_busy(place, name)
    return _driven(here, name, resume_arguments(name), "resume")


@router.post("/sweeps/{name}/extend", responses={202: {"model": AnswerInfo}, **ANSWERS})
def extend_sweep(name: SweepName, body: ExtendIn, here: PartsNow) -> AnswerInfo:
    """More budget. One that nobody drives goes on, as soon as there is room."""
    more = More(body.trials, body.hours, body.gpu_hours, body.cpu_hours, body.target)
    answer = extend(here.settings.place, name, more, here.settings.answer_s)
    if answer is not None:
        return answer_of(answer, here.redactor)
    return _driven(here, name, extend_arguments(name, more), json.dumps(body.model_dump()))


@router.post("/sweeps/{name}/enqueue", responses=ANSWERS)
def enqueue_params(name: SweepName, body: EnqueueIn, here: PartsNow) -> AnswerInfo:
    """Try a configuration next, on top of the budget."""
    params = _sane(body.params, "params")
    return answer_of(enqueue(here.settings.place, name, params, here.settings.answer_s), here.redactor)


@router.post("/sweeps/{name}/trials/{trial}/stop", responses=ANSWERS)
def stop_one(name: SweepName, trial: TrialNumber, here: PartsNow) -> AnswerInfo:
    """End one trial after its current step; the sweep goes on."""
    _known(here, name, trial)
    return answer_of(stop_trial(here.settings.place, name, trial, here.settings.answer_s), here.redactor)


@router.post("/sweeps/{name}/trials/{trial}/clone", responses=ANSWERS)
def clone_one(name: SweepName, trial: TrialNumber, body: CloneIn, here: PartsNow) -> AnswerInfo:
    """Try a trial's configuration with other values next, on top of the budget."""
    _known(here, name, trial)
    changes = _sane(body.changes, "changes")
    place, patience_s = here.settings.place, here.settings.answer_s
    return answer_of(clone(place, name, trial, changes, warm=body.warm, patience_s=patience_s), here.redactor)


def _driven(here: Parts, name: str, arguments: tuple[str, ...], asked: str) -> AnswerInfo:
    if driver_at(here.settings.place, name) is not None:
        raise ServiceError(409, f"{name!r} is driven by another process")
    job = put(here, name, arguments, asked)
    answer = Answer(Outcome.PENDING, "it goes on as soon as there is room")
    return answer_of(answer, here.redactor, submission_of(job, here.queue, here.redactor))


def _known(here: Parts, name: str, trial: int) -> None:
    if trial not in {record.number for record in here.watch.look(name).records}:
        raise ServiceError(404, f"{name} has no trial {trial}")


def _sane(values: Mapping[str, Value], where: str) -> dict[str, Value]:
    """Numbers that a float can hold, texts that are not books."""
    problems = [
        Problem(f"{where}.{key}", "is too large or no number")
        for key, value in values.items()
        if any(_mad(item) for item in (value if isinstance(value, list) else [value]))
    ]
    if problems:
        raise InputError(problems)
    return dict(values)


def _mad(value: Scalar) -> bool:
    match value:
        case str():
            return len(value) > LONGEST
        case int() | float():
            return not abs(value) <= LARGEST  # Of no number nothing is true.
    return False
