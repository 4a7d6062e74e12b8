"""The names under which MLflow has what a trial measured, and the points that are made of it.

`eval/accuracy`, `train/loss`, `time/train_s` and so on have the optimizer step as their step. What a trial has one of
(`best/accuracy`, `model/size_mib`) has step 0: the MLflow UI then draws a bar with the number, not a lonely dot.
A point's time is that of the event in the ledger. So what is written twice is one point: its key in MLflow's databases
is made of the metric's name, time, step and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlflow.entities import Metric

from hpo.ledger import TrialRecord
from hpo.tracking.writes import as_metrics, milliseconds

SPENT = ("train_s", "eval_s", "wait_s")  # Told at each evaluation, as the seconds since the one before.
ONCE = {
    **{f"time/{kind}": kind for kind in ("load_s", "save_s", *SPENT)},
    "system/peak_memory_mib": "peak_memory_mib",
    **{f"model/{name}": name for name in ("trainable_parameters", "total_parameters", "size_mib", "latency_ms")},
}
USAGE = "system"  # What a trial's process takes of its machine, in what it says of an evaluation.


def evaluation_points(evaluations: Sequence[Mapping[str, Any]], after: int) -> Iterator[tuple[int, list[Metric]]]:
    """Points of the evaluations after a place in the sweep's order, with their own places.

    Args:
        evaluations: All of a trial; seconds are added up from its beginning on.
    """
    for entry, spent in zip(evaluations, _added_up(evaluations), strict=True):
        if int(entry["seq"]) > after:
            yield int(entry["seq"]), _points(entry, spent)


def end_points(record: TrialRecord, metric: str) -> list[Metric]:
    """What a trial has one of, when it has ended."""
    told = {f"time/{kind}" for kind in SPENT if any(kind in entry for entry in record.evaluations)}
    values = {name: record.facts[fact] for name, fact in ONCE.items() if fact in record.facts and name not in told}
    if record.value is not None:
        values[f"best/{metric}"] = record.value
    return as_metrics(values, milliseconds(record.ended_at or 0.0), 0)


def _points(entry: Mapping[str, Any], spent: Mapping[str, float]) -> list[Metric]:
    values = {f"eval/{name}": value for name, value in entry["metrics"].items()}
    values |= {"train/loss": entry["train_loss"], "train/learning_rate": entry["learning_rate"]}
    values |= {"train/samples_per_s": entry["samples_per_s"], "epoch": entry["epoch"]}
    values |= {f"time/{kind}": seconds for kind, seconds in spent.items()}
    values |= {f"system/{name}": value for name, value in entry.get(USAGE, {}).items()}
    return as_metrics(values, milliseconds(entry["at"]), int(entry["step"]))


def _added_up(evaluations: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, float]]:
    """Seconds by kind from the beginning to each evaluation."""
    spent: dict[str, float] = {}
    for entry in evaluations:
        spent |= {kind: spent.get(kind, 0.0) + entry[kind] for kind in SPENT if kind in entry}
        yield dict(spent)
