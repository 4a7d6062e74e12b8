"""What is new of a sweep for one who knows it up to some event."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from hpo.results import Best, Look, State, Status, TrialRecord, newest

MOST_POINTS = 2_000  # Who lacks more is quicker with the whole page again.
FEWEST_ENDED = 2  # Trials, before which the time left is a guess.


@dataclass(frozen=True, order=True)
class Point:
    """One evaluation of a trial.

    Attributes:
        trial: The trial's number.
        value: The sweep's metric.
        at: Unix seconds.
    """

    trial: int
    step: int
    epoch: float
    value: float
    at: float


@dataclass(frozen=True)
class Stand:
    """A trial of which something is new.

    Attributes:
        state, cause: As in the ledger.
        value: Best of its curve; None: it has none.
        epochs: How long it trained.
    """

    number: int
    state: str
    cause: str | None
    value: float | None
    epochs: float


@dataclass(frozen=True)
class Slots:
    """Slots of the sweep.

    Attributes:
        count: How many; None: not known before the cluster is reached.
        busy: In how many a trial runs, or is trained again under a fresh seed.
    """

    count: int | None
    busy: int


@dataclass(frozen=True)
class Update:
    """A sweep's newest state, with what happened since the event `since`.

    Attributes:
        seq: Number of the newest event: the `since` of the next update.
        at: When it was read, Unix seconds.
        state: As in `Status`.
        over: Nothing more comes, until somebody drives the sweep again.
        counts: Trials by state.
        ended, trials: How many trials have ended, of how many in the budget; None: it has no such limit.
        best: None: no trial has a result yet.
        slots: How many are busy.
        spent_s: Seconds that the sweep ran.
        eta_s: About how many more it takes at its pace; None: not known.
        requests: How many requests wait for the driver.
        points: The new evaluations, in order.
        changed: The trials of which anything is new, and those that run.
        reload: There is too much new to tell: read the sweep anew.
        outage: Why this is old: the ledger did not answer; empty: it did.
    """

    name: str
    seq: int
    at: float
    state: str
    over: bool
    counts: dict[str, int]
    ended: int
    trials: int | None
    best: Best | None
    slots: Slots
    spent_s: float
    eta_s: float | None
    requests: int
    points: tuple[Point, ...]
    changed: tuple[Stand, ...]
    reload: bool
    outage: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    @cached_property
    def json(self) -> str:
        """The same as one line of text; made once for all who are sent it."""
        return json.dumps(self.to_dict(), separators=(",", ":"), ensure_ascii=False)


def update_of(look: Look, since: int | None, *, at: float, over: bool = False, outage: str = "") -> Update:
    """What is new in a sweep.

    Args:
        look: The sweep at its newest.
        since: Number of the newest event that is known; None: all that there is.
        at: When the sweep was read, Unix seconds.
        over: Whether nothing more comes.
        outage: Why nothing newer could be read.
    """
    status = look.status
    known = look.seq if since is None else since
    fresh = [record for record in look.records if newest(record) > known]
    points = sorted((seq, point) for record in fresh for seq, point in _points(record, known, look.metric))
    reload = known > look.seq or len(points) > MOST_POINTS  # The former: a new sweep of the same name.
    told = [record for record in look.records if record.state is State.RUNNING or newest(record) > known]
    best = status.best
    return Update(
        name=look.name,
        seq=look.seq,
        at=at,
        state=status.state,
        over=over,
        counts={state.value: status.counts.get(state, 0) for state in State},
        ended=_ended(status),
        trials=status.budget.trials,
        best=None if best is None or best.value is None else Best(best.number, best.value),
        slots=Slots(look.slots, look.busy),
        spent_s=round(status.spent_s, 1),
        eta_s=eta_s(status),
        requests=status.requests,
        points=() if reload else tuple(point for _, point in points),
        changed=() if reload else tuple(_stand(record) for record in told),
        reload=reload,
        outage=outage,
    )


def eta_s(status: Status) -> float | None:
    """Seconds that a sweep still takes at the pace that it had; None: nobody drives it, or the pace is not known."""
    if not status.goes_on:
        return None
    left, ended = [], _ended(status)
    if status.budget.trials is not None and ended >= FEWEST_ENDED:
        left.append(status.spent_s / ended * max(0, status.budget.trials - ended))
    if status.budget.hours is not None:
        left.append(max(0.0, status.budget.hours * 3600 - status.spent_s))
    return round(min(left)) if left else None


def _ended(status: Status) -> int:
    return sum(count for state, count in status.counts.items() if state.ended)


def _points(record: TrialRecord, since: int, metric: str) -> Iterator[tuple[int, Point]]:
    for entry in record.evaluations:
        seq, value = int(entry.get("seq", 0)), entry["metrics"].get(metric)
        if seq > since and value is not None and math.isfinite(value):
            step, epoch = int(entry["step"]), float(entry["epoch"])
            yield seq, Point(record.number, step, epoch, float(value), float(entry.get("at", 0.0)))


def _stand(record: TrialRecord) -> Stand:
    cause = record.cause and record.cause.value
    return Stand(record.number, record.state.value, cause, record.value, record.epochs)
