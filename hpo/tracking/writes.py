"""What is to be written to MLflow, made from the ledger's records; the same record always gives the same points.

A point's time is that of the event in the ledger. So what is written twice is one point: its key in MLflow's databases
is made of the metric's name, time, step and value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlflow.entities import Metric

from hpo.collapse import COLLAPSED
from hpo.ledger import State, TrialRecord
from hpo.tracking.role import TRIAL, Role

PARAM_CHARACTERS = 500
EXPLOITS = 10  # The newest ones are told in the run of a trial.
REASON_CHARACTERS = 4000  # MLflow's databases take 5000 for a tag.
FACT_METRICS = (
    "train_s",
    "eval_s",
    "wait_s",
    "load_s",
    "save_s",
    "peak_memory_mib",
    "trainable_parameters",
    "total_parameters",
    "size_mib",
    "latency_ms",
)


@dataclass
class Write:
    """What is to be written to one run.

    Attributes:
        key: A trial's number, or None for the sweep's own run.
        seq: Place in the order of the sweep's events, of the first where several were joined; None: no event of the
            ledger.
        name: Given: the run is made first, under this name and with the tags, as of `begin_ms`.
        texts: Artifacts by file name.
        status: What the run is set to. With `end_ms`, it ends with that.
        unsure: Whether an earlier driver may have written it.
        count: How many writes were joined in this one.
    """

    key: int | None
    seq: int | None = None
    name: str | None = None
    begin_ms: int = 0
    metrics: list[Metric] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    status: str | None = None
    end_ms: int | None = None
    unsure: bool = False
    count: int = 1

    def join(self, following: Write) -> None:
        """Take in a later write to the same run. What both say is said as the later one does."""
        self.seq = following.seq if self.seq is None else self.seq
        self.metrics += following.metrics
        self.params |= following.params
        self.tags |= following.tags
        self.texts |= following.texts
        if following.status is not None:
            self.status, self.end_ms = following.status, following.end_ms
        self.unsure |= following.unsure
        self.count += following.count


def started(record: TrialRecord, sweep: str, role: Role = TRIAL) -> Write:
    """The trial's run, with its parameters."""
    return Write(
        record.number,
        record.start_seq,
        role.name(record, sweep),
        milliseconds(record.started_at or 0.0),
        params=as_params(record.sampled or record.params),
        tags=as_tags(role.tags(record, sweep)),
    )


def evaluated(number: int, entry: Mapping[str, Any]) -> Write:
    """One evaluation."""
    at_ms = milliseconds(entry["at"])
    values = {f"eval/{name}": value for name, value in entry["metrics"].items()}
    values |= {"train/loss": entry["train_loss"], "train/learning_rate": entry["learning_rate"]}
    values |= {"train/samples_per_s": entry["samples_per_s"], "epoch": entry["epoch"]}
    values |= {f"time/{kind}": entry[kind] for kind in ("train_s", "eval_s", "wait_s") if kind in entry}
    return Write(number, int(entry["seq"]), metrics=as_metrics(values, at_ms, int(entry["step"])))


def ended(record: TrialRecord, metric: str, role: Role = TRIAL) -> list[Write]:
    """How the trial ended, its totals, and its value among those of the others in the sweep's run."""
    at_ms = milliseconds(record.ended_at or 0.0)
    values = {f"total/{key}": record.facts[key] for key in FACT_METRICS if key in record.facts}
    if record.value is not None:
        values[f"best/{metric}"] = record.value
    tags: dict[str, Any] = {"state": record.state.value, "cause": record.cause.value if record.cause else ""}
    tags |= {key: record.facts[key] for key in ("device", "precision", COLLAPSED) if key in record.facts}
    if record.standing.judged:
        tags |= {"feasible": record.standing.feasible, "violated": "; ".join(record.standing.violated)}
    if record.reason:
        tags["reason"] = record.reason[-REASON_CHARACTERS:]
    own = Write(
        record.number,
        record.end_seq,
        metrics=as_metrics(values, at_ms, record.steps),
        tags=as_tags(tags | _place(record)),
        status=record.state.mlflow,
        end_ms=at_ms,
    )
    if record.value is None or not role.value_among:
        return [own]
    among = as_metrics({f"trial/{metric}": record.value}, at_ms, record.number)
    return [own, Write(None, record.end_seq, metrics=among)]


def standing(record: TrialRecord) -> Write:
    """Where a trial stands that has not ended."""
    tags = as_tags({"state": record.state.value} | _place(record))
    return Write(record.number, tags=tags, status=record.state.mlflow)


def unwritten(records: Iterable[TrialRecord], through: int, sweep: str, metric: str, role: Role = TRIAL) -> list[Write]:
    """Everything that the ledger has after an event, in its order, then where the unended trials stand.

    Args:
        through: Place of the last event that is in MLflow for sure.
    """
    writes: list[Write] = []
    for record in records:
        if record.state is State.WAITING:
            continue
        own = [evaluated(record.number, entry) for entry in record.evaluations if int(entry["seq"]) > through]
        if record.state.ended and record.end_seq is not None and record.end_seq > through:
            own += ended(record, metric, role)
        if not record.state.ended:
            own.append(standing(record))
        if record.start_seq > through or (own and not record.mlflow_run_id):
            own.insert(0, started(record, sweep, role))
        writes += own
    for write in writes:
        write.unsure = True
    return sorted(writes, key=lambda write: math.inf if write.seq is None else write.seq)


def milliseconds(at: float) -> int:
    """A Unix time in MLflow's unit."""
    return round(1000 * at)


def as_metrics(values: Mapping[str, float], at_ms: int, step: int) -> list[Metric]:
    """MLflow's databases take no NaN or infinity; those are told by state and cause."""
    return [
        Metric(_metric_name(key), float(value), at_ms, step) for key, value in values.items() if math.isfinite(value)
    ]


def as_params(values: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as MLflow takes them."""
    return {key: _text(value)[:PARAM_CHARACTERS] for key, value in values.items()}


def as_tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Tags as MLflow takes them."""
    return {key: _text(value) for key, value in values.items()}


def _place(record: TrialRecord) -> dict[str, Any]:
    """How often the trial was in a slot, on which machine last, and what it took over at which step."""
    nodes = [attempt.node for attempt in record.attempts if attempt.node]
    taken = [f"{one.steps}: trial {one.source}, {as_params(one.params)}" for one in record.exploits[-EXPLOITS:]]
    return {
        "attempts": len(record.attempts),
        **({"node": nodes[-1]} if nodes else {}),
        **({"exploits": "; ".join(taken)} if taken else {}),
    }


def _metric_name(name: str) -> str:
    """MLflow takes letters, digits and a few signs."""
    return re.sub(r"[^\w./ -]", "-", name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
