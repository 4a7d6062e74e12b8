"""How far a sweep is and what is the best so far, told in its own run as its trials end."""

from __future__ import annotations

from collections.abc import Iterable

from mlflow.entities import Metric

from hpo.ledger import TrialRecord
from hpo.ranking import best_trial
from hpo.tracking.writes import as_metrics, milliseconds


class Progress:
    """Takes trials as they end, in their order in the ledger, so that a driver that goes on makes the same points.

    Args:
        metric: Name of the optimized metric.
        maximize: Whether more of it is better.

    Attributes:
        ended: How many trials have ended.
        best: The best of them, as at the end of a sweep; None: none has a value and keeps the limits.
    """

    def __init__(self, metric: str, maximize: bool) -> None:
        self._metric, self._maximize = metric, maximize
        self.ended = 0
        self.best: TrialRecord | None = None

    def take(self, record: TrialRecord) -> list[Metric]:
        """Points of the sweep's run: `trial/METRIC` by the trial's number, `best/METRIC` by how many have ended."""
        self.ended += 1
        found = best_trial([known for known in (self.best, record) if known is not None], self._maximize)
        self.best = found
        at_ms = milliseconds(record.ended_at or 0.0)
        points: list[Metric] = []
        if record.value is not None:
            points += as_metrics({f"trial/{self._metric}": record.value}, at_ms, record.number)
        if found is not None and found.value is not None:
            points += as_metrics(best_of(self._metric, found), at_ms, self.ended)
        return points

    def take_all(self, records: Iterable[TrialRecord]) -> None:
        """Take those that have ended before."""
        for record in in_order(records):
            self.take(record)


def best_of(metric: str, record: TrialRecord) -> dict[str, float]:
    """What is said of the best trial."""
    found = {"best/trial": float(record.number)}
    return found if record.value is None else {f"best/{metric}": record.value, **found}


def in_order(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Trials that have ended, in the order in which they did."""
    ended = [record for record in records if record.state.ended and record.end_seq is not None]
    return sorted(ended, key=lambda record: record.end_seq or 0)
