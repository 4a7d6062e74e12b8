"""Where the weights of a trial come from: through which trials, and with which values at which step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpo.ledger import TrialRecord
from models.spec import Change

PREFIX = "train."  # Of the names of all that can change.


@dataclass(frozen=True)
class Segment:
    """A stretch of the training that led to a trial's weights; it lasts to the next one, or to the end.

    Attributes:
        steps: Optimizer steps before it.
        epochs: The same in epochs.
        trial: Number of the trial that made it.
        params: Its values by dotted name.
    """

    steps: int
    epochs: float
    trial: int
    params: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {**asdict(self), "params": dict(self.params)}


def lineage(records: Mapping[int, TrialRecord], number: int) -> tuple[Segment, ...]:
    """All stretches that a trial's weights went through, from the first step on; one where it never exploited.

    Args:
        records: The sweep's trials by their number.
        number: The trial.
    """
    found: list[Segment] = []
    until: int | None = None
    while True:
        record = records[number]
        taken = [one for one in record.exploits if until is None or one.steps < until]
        if not taken:
            return (Segment(0, 0.0, number, record.sampled or record.params), *reversed(found))
        last = taken[-1]
        found.append(Segment(last.steps, last.epochs, number, last.params))
        number, until = last.source, last.steps


def changes_of(course: Sequence[Segment], without: Collection[str] = ()) -> tuple[Change, ...]:
    """What changes in a training that goes through these stretches.

    Args:
        course: As `lineage` gives it.
        without: Dotted names of values that stay as they are.
    """
    found: list[Change] = []
    for segment in course[1:]:
        values = {name: value for name, value in segment.params.items() if name not in without}
        found.append(Change.of(segment.steps, {name.removeprefix(PREFIX): value for name, value in values.items()}))
    return tuple(change for change in found if change.values)
