"""What was decided about a trial, and why, with the numbers of that moment."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_DECISION = "decision:"
_SCHEDULER = "scheduler"  # The cause of a trial that was stopped.


class Verdict(enum.StrEnum):
    """What can be decided. That a trial simply goes on is not written."""

    PROPOSED = "proposed"
    PAUSED = "paused"
    ADVANCED = "advanced"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Decided:
    """One decision about one trial.

    Attributes:
        verdict: What was decided.
        reason: Why, in words, with the numbers.
        numbers: The numbers alone; JSON values.
        seq: Place in the order of everything that happened in the sweep.
        at: When, Unix seconds.
    """

    verdict: Verdict
    reason: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    at: float = 0.0


def written(decided: Decided) -> tuple[str, dict[str, Any]]:
    """Name and value of the trial's attribute that holds a pause or an advance."""
    value = {"verdict": decided.verdict.value, "reason": decided.reason, "numbers": dict(decided.numbers)}
    return f"{_DECISION}{decided.seq:09d}", {**value, "seq": decided.seq, "at": decided.at}


def decisions_in(attributes: Mapping[str, Any]) -> list[Decided]:
    """Everything that was decided about a trial, in its order.

    A proposal is written with the trial's start and a stop with its end, as one event each.

    Args:
        attributes: The trial's, as the ledger wrote them.
    """
    start, end = attributes.get("start"), attributes.get("outcome")
    found = [] if start is None or "seq" not in start else [_decided(Verdict.PROPOSED, start)]
    between = (attributes[key] for key in sorted(attributes) if key.startswith(_DECISION))
    found += [_decided(Verdict(value["verdict"]), value) for value in between]
    if end is not None and end["cause"] == _SCHEDULER and "seq" in end:
        found.append(_decided(Verdict.STOPPED, end))
    return found


def _decided(verdict: Verdict, value: Mapping[str, Any]) -> Decided:
    return Decided(verdict, value.get("reason", ""), dict(value.get("numbers", {})), value["seq"], value["at"])
