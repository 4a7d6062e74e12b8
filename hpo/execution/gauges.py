"""The sweep in numbers for Ray's own metrics, which a cluster's Prometheus reads on each node.

They are there where Ray was installed with its dashboard (`ray[default]`); elsewhere setting them does nothing. In
Prometheus each name has `ray_` before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from hpo.confirm.retraining import is_retraining
from hpo.ledger import State, TrialRecord
from hpo.ranking import best_trial
from hpo.tally import Tally

EVERY_S = 5.0  # Ray sends its metrics every 10 s.
NAMES: dict[str, tuple[tuple[str, ...], str]] = {
    "hpo_trials": (("state",), "Trials by state."),
    "hpo_best_value": (("metric",), "The metric of the best trial."),
    "hpo_slots_busy": ((), "Slots in which a trial runs, or is trained again to be confirmed."),
    "hpo_seconds": (("kind",), "Seconds of the same: load, train, eval, save, wait."),
    "hpo_evaluations": ((), "Evaluations of the same."),
}


class RayGauges:
    """Observer of a search, and of its confirmation, that sets them. Used while this process is connected to Ray.

    Args:
        sweep: The sweep's name.
        metric: What is optimized.
        maximize: Whether more of it is better.
        records: What earlier drivers of the sweep did, in both.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        sweep: str,
        metric: str,
        *,
        maximize: bool,
        records: Iterable[TrialRecord] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sweep, self._metric, self._maximize = sweep, metric, maximize
        self._records = {_key(record): record for record in records}
        self._clock, self._set_at = clock, -EVERY_S
        self._gauges: dict[str, Any] = {}

    def started(self, record: TrialRecord) -> None:
        """A trial goes to a slot."""
        self._take(record)

    def evaluated(self, record: TrialRecord) -> None:
        """A trial was evaluated."""
        self._take(record)

    def paused(self, record: TrialRecord) -> None:
        """A trial left its slot."""
        self._take(record)

    def resumed(self, record: TrialRecord) -> None:
        """A trial goes on."""
        self._take(record)

    def ended(self, record: TrialRecord) -> None:
        """A trial ended."""
        self._take(record)

    def values(self) -> dict[str, dict[tuple[str, ...], float]]:
        """What they say now: by name and the values of their labels, without the sweep's."""
        records = list(self._records.values())
        searched = [record for record in records if not is_retraining(record)]
        tally, best = Tally.of(records), best_trial(searched, self._maximize)
        found: dict[str, dict[tuple[str, ...], float]] = {
            "hpo_trials": {(state.value,): float(count) for state, count in Tally.of(searched).states.items()},
            "hpo_slots_busy": {(): float(tally.states[State.RUNNING])},
            "hpo_seconds": {(kind,): seconds for kind, seconds in tally.seconds.items()},
            "hpo_evaluations": {(): float(tally.evaluations)},
        }
        if best is not None and best.value is not None:
            found["hpo_best_value"] = {(self._metric,): best.value}
        return found

    def _take(self, record: TrialRecord) -> None:
        self._records[_key(record)] = record
        now = self._clock()
        if record.state.ended or now - self._set_at >= EVERY_S:
            self._set_at = now
            self._set()

    def _set(self) -> None:
        if not self._gauges:
            from ray.util.metrics import Gauge  # noqa: PLC0415  # after Ray's settings are in place

            for name, (labels, text) in NAMES.items():
                self._gauges[name] = Gauge(name, text, tag_keys=("sweep", *labels))
        for name, series in self.values().items():
            for labels, value in series.items():
                tags = dict(zip(NAMES[name][0], labels, strict=True))
                self._gauges[name].set(value, tags={"sweep": self._sweep, **tags})


def _key(record: TrialRecord) -> tuple[bool, int]:
    """The search and its confirmation both count from 0."""
    return is_retraining(record), record.number
