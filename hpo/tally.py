"""Trials in numbers: how many are in each state, why they ended, where the seconds went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hpo.ledger import Cause, State, TrialRecord

KINDS = ("load", "train", "eval", "save", "wait")  # Of `seconds`; in a record each has `_s` behind its name.
FULL_LENGTH = "full_length"  # Stands for the cause of a trial that was not stopped.


@dataclass(frozen=True)
class Tally:
    """Trials in numbers.

    Attributes:
        states: How many are in each state; every state is there.
        ended: How many ended for each cause, as the ledger names it; every cause is there.
        seconds: Seconds of all trials by kind; every kind is there.
        evaluations: How many there were.
        newest_at: When the newest of what is known happened, Unix seconds; None: nothing yet.
    """

    states: Mapping[State, int]
    ended: Mapping[str, int]
    seconds: Mapping[str, float]
    evaluations: int
    newest_at: float | None

    @classmethod
    def of(cls, records: Iterable[TrialRecord]) -> Tally:
        """The tally of a sweep's trials."""
        records = tuple(records)
        states = Counter(record.state for record in records)
        ended = Counter(record.cause.value if record.cause else FULL_LENGTH for record in records if record.ended_at)
        moments = [at for record in records for at in _moments(record)]
        return cls(
            states={state: states[state] for state in State},
            ended={cause: ended[cause] for cause in (FULL_LENGTH, *(cause.value for cause in Cause))},
            seconds={kind: sum(record.seconds(f"{kind}_s") for record in records) for kind in KINDS},
            evaluations=sum(len(record.evaluations) for record in records),
            newest_at=max(moments, default=None),
        )


def _moments(record: TrialRecord) -> list[float]:
    last = [float(record.evaluations[-1].get("at", 0.0))] if record.evaluations else []
    return [at for at in (record.started_at, *last, record.ended_at) if at is not None]
