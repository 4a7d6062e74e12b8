"""From what is known to what the API says of it; secrets left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dashboards.service.api.models import (
    AnswerInfo,
    Best,
    DriverInfo,
    MomentInfo,
    Plan,
    Submission,
    SweepDetail,
    SweepLine,
    Trial,
    TrialLine,
)
from dashboards.service.runs.jobs import Job
from dashboards.service.runs.queue import Queue
from hpo.control import Answer
from hpo.results import Line, Look, Moment, Redactor, State, TrialRecord, train_command


def line_of(line: Line) -> SweepLine:
    """A sweep in the list."""
    best = None if line.best is None else Best(number=line.best.number, value=line.best.value)
    return SweepLine(
        name=line.name,
        state=line.state,
        metric=line.metric,
        maximize=line.maximize,
        counts=_every(line.counts),
        trials=line.trials,
        best=best,
        spent_s=line.spent_s,
        started_at=line.started_at,
    )


def detail_of(look: Look, redactor: Redactor) -> SweepDetail:
    """One sweep."""
    status, about = look.status, look.about
    best, driver = status.best, status.driver
    told = redactor.value(
        {
            "space": about["space"],
            "config": about["config"],
            "overrides": about["overrides"],
            "slots": about["slots"],
            "data": about.get("data_card"),
            "confirmation": about.get("confirmation"),
        }
    )
    return SweepDetail(
        name=look.name,
        state=status.state,
        metric=look.metric,
        maximize=look.maximize,
        counts=_every(status.counts),
        trials=status.budget.trials,
        best=None if best is None else Best(number=best.number, value=best.value),
        spent_s=status.spent_s,
        started_at=status.started_at,
        driver=None if driver is None else DriverInfo(host=driver.host, pid=driver.pid, since=driver.since),
        left_because=redactor.text(status.left_because),
        stopped="" if status.stopped is None else status.stopped.reason,
        requests=status.requests,
        mlflow_run_id=about.get("mlflow_run_id"),
        **finite(told),
    )


def trial_line(record: TrialRecord, redactor: Redactor) -> TrialLine:
    """A trial in the list."""
    return TrialLine(**_facts(record, redactor))


def trial_of(look: Look, record: TrialRecord, redactor: Redactor) -> Trial:
    """One trial."""
    return Trial(
        **_facts(record, redactor),
        reason=redactor.text(record.reason),
        value_epoch=record.value_epoch,
        evaluations=finite(record.evaluations),
        facts=finite(redactor.value(record.facts)),
        attempts=[asdict(attempt) for attempt in record.attempts],
        command=redactor.text(train_command(look.about, record.params)),
    )


def moment_of(moment: Moment, redactor: Redactor) -> MomentInfo:
    """A decision."""
    return MomentInfo(**finite({**moment.to_dict(), "reason": redactor.text(moment.reason)}))


def submission_of(
    job: Job, queue: Queue, redactor: Redactor, *, plan: Plan | None = None, whole: bool = False
) -> Submission:
    """A submission.

    Args:
        plan: What was found when it was checked.
        whole: With what it printed.
    """
    return Submission(
        id=job.id,
        name=job.sweep,
        command=job.arguments[0],
        state=job.state.value,
        position=queue.position(job),
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        code=job.code,
        said=redactor.text(queue.said(job)) if whole else "",
        plan=plan,
    )


def answer_of(answer: Answer, redactor: Redactor, submission: Submission | None = None) -> AnswerInfo:
    """What came of an action."""
    return AnswerInfo(
        outcome=answer.outcome, text=redactor.text(answer.text), request=answer.request, submission=submission
    )


def finite(value: Any) -> Any:
    """A JSON value, without the numbers that JSON does not know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _every(counts: Mapping[State, int]) -> dict[State, int]:
    return {state: counts.get(state, 0) for state in State}


def _facts(record: TrialRecord, redactor: Redactor) -> dict[str, Any]:
    return {
        "number": record.number,
        "state": record.state,
        "cause": record.cause and record.cause.value,
        "value": finite(record.value),
        "epochs": record.epochs,
        "steps": record.steps,
        "params": finite(redactor.value(record.params)),
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "parent": record.parent,
        "mlflow_run_id": record.mlflow_run_id,
    }
