"""How long trials were in slots."""

from __future__ import annotations

from collections.abc import Iterable

from hpo.ledger import State, TrialRecord


def slot_seconds(records: Iterable[TrialRecord], now: float) -> float:
    """Seconds of all stays in slots together, those of tries that were lost included.

    Args:
        now: Unix seconds; until then count the stays that last.
    """
    return sum(_seconds(record, now) for record in records)


def _seconds(record: TrialRecord, now: float) -> float:
    total = 0.0
    for index, attempt in enumerate(record.attempts):
        until = attempt.until
        if until is None and index == len(record.attempts) - 1:
            until = record.ended_at if record.state.ended else now if record.state is State.RUNNING else None
        total += max(0.0, (last_sign(record, index) if until is None else until) - attempt.at)
    return total


def last_sign(record: TrialRecord, index: int) -> float:
    """When a stay whose end nobody saw was heard of last, Unix seconds: its begin, or its last evaluation."""
    begin = record.attempts[index].at
    end = record.attempts[index + 1].at if index + 1 < len(record.attempts) else float("inf")
    return max((float(e["at"]) for e in record.evaluations if begin <= float(e.get("at", 0)) < end), default=begin)
