"""What is to be written to one run of MLflow, and values as MLflow takes them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlflow.entities import Metric

from hpo.redact import Redactor

PARAM_CHARACTERS = 500


@dataclass
class Write:
    """What is to be written to one run.

    Attributes:
        key: A trial's number, or None for the sweep's own run.
        seq: Place in the order of the sweep's events, of the first where several were joined; None: no event of the
            ledger.
        name: Given: the run is made first, under this name and with the tags, as of `begin_ms`.
        texts: Artifacts by file name.
        experiment_tags: Tags of the experiment that the run is in.
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
    experiment_tags: dict[str, str] = field(default_factory=dict)
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
        self.experiment_tags |= following.experiment_tags
        if following.status is not None:
            self.status, self.end_ms = following.status, following.end_ms
        self.unsure |= following.unsure
        self.count += following.count


def milliseconds(at: float) -> int:
    """A Unix time in MLflow's unit."""
    return round(1000 * at)


def as_metrics(values: Mapping[str, float], at_ms: int, step: int) -> list[Metric]:
    """MLflow's databases take no NaN or infinity; those are told by state and cause."""
    return [
        Metric(_metric_name(key), float(value), at_ms, step) for key, value in values.items() if math.isfinite(value)
    ]


def as_params(values: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as MLflow takes them, without secrets."""
    return {key: _text(value)[:PARAM_CHARACTERS] for key, value in Redactor().value(values).items()}


def as_tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Tags as MLflow takes them."""
    return {key: _text(value) for key, value in values.items()}


def _metric_name(name: str) -> str:
    """MLflow takes letters, digits and a few signs."""
    return re.sub(r"[^\w./ -]", "-", name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
