"""The metrics: their names, what they say, and how they are read off a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from hpo.results import Line, Look, Tally

Family = CounterMetricFamily | GaugeMetricFamily
# Of one sweep: name, labels beside `sweep`, and what it says. A name that ends in `_total` only grows.
OF_A_SWEEP: dict[str, tuple[tuple[str, ...], str]] = {
    "hpo_sweep_running": ((), "1 while a process drives the sweep, else 0."),
    "hpo_sweep_state": (("state",), "1 for the state that the sweep is in: running, stopped, finished, failed, ..."),
    "hpo_trials": (("state",), "Trials by state."),
    "hpo_trials_budget": ((), "Most trials of the sweep's budget, where it has such a limit."),
    "hpo_trials_ended_total": (("cause",), "Trials that ended, by cause; full_length: they were not stopped."),
    "hpo_evaluations_total": ((), "Evaluations of all trials, of the confirmation's trainings too."),
    "hpo_best_value": (("metric",), "The metric of the best trial, where one has a result."),
    "hpo_slots": ((), "Trials that may run at once, where that is known."),
    "hpo_slots_busy": ((), "Slots in which a trial runs, or is trained again to be confirmed."),
    "hpo_seconds_total": (("kind",), "Seconds of the same: load, train, eval, save, wait."),
    "hpo_spent_seconds_total": ((), "Seconds that the sweep ran, by all its drivers, as the last one noted them."),
    "hpo_newest_event_timestamp_seconds": ((), "When one of the same last began, was evaluated, or ended."),
    "hpo_requests_waiting": ((), "Requests that wait for the sweep's driver."),
}
# Of the server: the same.
OF_THE_SERVER: dict[str, tuple[tuple[str, ...], str]] = {
    "hpo_ledger_up": ((), "1 when the ledger answered, else 0."),
    "hpo_sweeps": (("state",), "Sweeps of the ledger by state."),
    "hpo_queue_length": ((), "Submissions that wait for their turn."),
    "hpo_queue_running": ((), "Submissions that run."),
    "hpo_watchers": ((), "Event streams that are open."),
    "hpo_disk_free_bytes": ((), "Free bytes of the disk under the output folder."),
    "hpo_disk_size_bytes": ((), "Bytes of the disk under the output folder."),
}


@dataclass(frozen=True)
class Sample:
    """One number of one sweep.

    Attributes:
        labels: The values of its labels, the sweep's name first.
    """

    name: str
    labels: tuple[str, ...]
    value: float


def family(name: str) -> Family:
    """An empty metric of that name."""
    if name in OF_A_SWEEP:
        labels, text = OF_A_SWEEP[name]
        labels = ("sweep", *labels)
    else:
        labels, text = OF_THE_SERVER[name]
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    return kind(name.removesuffix("_total"), text, labels=labels)


def samples_of(line: Line, look: Look) -> Iterator[Sample]:
    """The numbers of one sweep."""
    searched, name = Tally.of(look.records), line.name
    tally = Tally.of((*look.records, *look.confirming, *look.outdated))  # So that what was counted stays.
    one: dict[str, float | None] = {
        "hpo_sweep_running": float(line.goes_on),
        "hpo_trials_budget": line.trials,
        "hpo_evaluations_total": tally.evaluations,
        "hpo_slots": line.slots,
        "hpo_slots_busy": look.busy,
        "hpo_spent_seconds_total": float(line.about.get("spent_s", 0.0)),  # `line.spent_s` guesses what came after.
        "hpo_newest_event_timestamp_seconds": tally.newest_at,
        "hpo_requests_waiting": look.status.requests,
    }
    yield from (Sample(metric, (name,), float(value)) for metric, value in one.items() if value is not None)
    yield Sample("hpo_sweep_state", (name, line.state), 1.0)
    if line.best is not None:
        yield Sample("hpo_best_value", (name, line.metric), line.best.value)
    yield from (Sample("hpo_trials", (name, state.value), count) for state, count in searched.states.items())
    yield from (Sample("hpo_trials_ended_total", (name, cause), count) for cause, count in searched.ended.items())
    yield from (Sample("hpo_seconds_total", (name, kind), seconds) for kind, seconds in tally.seconds.items())
