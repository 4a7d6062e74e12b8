"""What becomes of a trial whose process failed: another try where that can help, else the truth about it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hpo.ledger import Attempt, Cause, Outcome, TrialRecord


class Kind(enum.StrEnum):
    """How a stay in a slot ended without a result."""

    ERROR = "error"  # The training raised: the same again would raise the same.
    PASSING = "passing_error"  # The training raised what may pass: a connection, a file system, a device.
    LOST = "lost"  # The process died.
    NODE_LOST = "node_lost"  # The machine died, with all that ran there.
    PREEMPTED = "preempted"  # The process was told to go, and left a checkpoint.
    HUNG = "hung"  # No sign of life for `trial.timeout_min`; it was killed.
    HOST_MEMORY = "host_memory"  # The process was killed because its machine ran out of memory.


MOST_PIECES = 16  # Into so many pieces a batch is divided at most when the machine runs out of memory.
MOST_NODES = 8  # A trial under which so many nodes died is taken to be what kills them.
COUNTED = (Kind.PASSING, Kind.LOST, Kind.HUNG)  # The others say nothing about the trial, or are counted elsewhere.
# Ends of stays in which something failed, and the trial was tried again. After any other it goes on from what it kept.
TRIED_AGAIN = (Kind.PASSING, Kind.LOST, Kind.NODE_LOST, Kind.HUNG, Kind.HOST_MEMORY)
CAUSES = {
    Kind.ERROR: Cause.ERROR,
    Kind.PASSING: Cause.ERROR,
    Kind.LOST: Cause.LOST,
    Kind.HUNG: Cause.LOST,
    Kind.HOST_MEMORY: Cause.OUT_OF_MEMORY,
}


@dataclass(frozen=True)
class Failure:
    """One failure.

    Attributes:
        reason: The traceback, or what happened in words.
        facts: What is known besides.
    """

    kind: Kind
    reason: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """The sweep's patience.

    Attributes:
        retries: How often a trial is tried again after a failure that may pass.
        max_failures: Failed trials after which the sweep is given up; None: never.
    """

    retries: int
    max_failures: int | None = None

    def outcome(self, failure: Failure, record: TrialRecord) -> Outcome | None:
        """How the trial ends with this failure; None: it is tried again."""
        if failure.kind is Kind.PREEMPTED:
            return None
        if failure.kind is Kind.NODE_LOST:
            lost = 1 + sum(attempt.end == Kind.NODE_LOST for attempt in record.attempts[:-1])
            if lost < MOST_NODES:
                return None
            return Outcome(Cause.LOST, f"{lost} nodes died while they trained it; the last time: {failure.reason}")
        if failure.kind is Kind.HOST_MEMORY:
            if record.attempts[-1].pieces < MOST_PIECES:
                return None
            return Outcome(Cause.OUT_OF_MEMORY, failure.reason, dict(failure.facts))
        tries = 1 + _counted(record.attempts)
        if failure.kind in COUNTED and tries <= self.retries:
            return None
        tried = f"tried {tries} times; the last time: " if tries > 1 else ""
        return Outcome(CAUSES[failure.kind], tried + failure.reason, dict(failure.facts))

    def pieces(self, record: TrialRecord) -> int:
        """Into how many pieces each batch is divided when the trial goes on."""
        last = record.attempts[-1]
        return 2 * last.pieces if last.end == Kind.HOST_MEMORY else last.pieces

    def hopeless(self, failed: Sequence[TrialRecord]) -> str:
        """Why a sweep with these failed trials is given up; empty: it is not."""
        if self.max_failures is None or len(failed) < self.max_failures:
            return ""
        numbers = ", ".join(str(record.number) for record in failed)
        return f"{len(failed)} trials failed ({numbers}), and sweep.max_failures={self.max_failures}"


def _counted(attempts: Sequence[Attempt]) -> int:
    """Failures so far that count; the last attempt is the one that is judged."""
    return sum(attempt.end in COUNTED for attempt in attempts[:-1])
