"""Trials that learned nothing: they end no better than the task's trivial baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

COLLAPSED = "collapsed"  # Name of the fact, and of MLflow's tag.


def trivial_value(baselines: Sequence[Mapping[str, Any]], metric: str) -> float | None:
    """The metric of the trivial baseline (majority, mean, copy, ...); None where it does not have it."""
    found = (baseline["metrics"].get(metric) for baseline in baselines if baseline["majority"])
    return next((float(value) for value in found if value is not None), None)


def is_collapsed(value: float | None, trivial: float | None, *, maximize: bool) -> bool:
    """Whether a value is no better than the trivial baseline's."""
    if value is None or trivial is None or not math.isfinite(value):
        return False
    return value <= trivial if maximize else value >= trivial
