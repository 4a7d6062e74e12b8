"""What can be measured of a trial beside its task's validation metrics."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Course(enum.Enum):
    """What becomes of a quantity while a trial trains, and so what its first measurement says of the last."""

    FIXED = "fixed"
    GROWING = "growing"
    FREE = "free"


@dataclass(frozen=True)
class Quantity:
    """One measurable quantity; of each, less is better.

    Attributes:
        name: With its unit, as an evaluation has it.
        course: Whether it changes while the trial trains.
        doc: What it is, for people.
    """

    name: str
    course: Course
    doc: str


QUANTITIES = {
    quantity.name: quantity
    for quantity in (
        Quantity("latency_ms", Course.FIXED, "median time of one prediction, measured in the trial's slot"),
        Quantity("train_s", Course.GROWING, "seconds of training"),
        Quantity("peak_memory_mib", Course.GROWING, "highest memory use"),
        Quantity("trainable_parameters", Course.FIXED, "weights that are trained"),
        Quantity("total_parameters", Course.FIXED, "all weights"),
        Quantity("size_mib", Course.FIXED, "the saved weights"),
    )
}
LATENCY = "latency_ms"
BEFORE_TRAINING = ("trainable_parameters", "total_parameters")  # Known as soon as the network is there.


def course_of(name: str) -> Course:
    """What becomes of a quantity or metric while a trial trains."""
    return QUANTITIES[name].course if name in QUANTITIES else Course.FREE


def measured_at(evaluations: Sequence[Mapping[str, Any]], step: int) -> dict[str, float]:
    """Everything that was measured at one evaluation: the validation metrics, and the quantities so far.

    Args:
        evaluations: Of one trial, in their order.
        step: Optimizer steps at the evaluation.
    """
    entry = next((entry for entry in evaluations if int(entry["step"]) == step), None)
    if entry is None:
        return {}
    found = {name: float(value) for name, value in entry["metrics"].items()}
    found |= {name: float(entry[name]) for name in QUANTITIES if entry.get(name) is not None}
    so_far = [entry for entry in evaluations if int(entry["step"]) <= step]
    if all("train_s" in entry for entry in so_far):
        found["train_s"] = float(sum(entry["train_s"] for entry in so_far))
    return found


def measured(
    evaluations: Sequence[Mapping[str, Any]], curve: Mapping[int, float], facts: Mapping[str, Any], *, maximize: bool
) -> dict[str, float]:
    """What a trial is worth: everything that was measured at its best evaluation, whose weights are kept.

    What training cost (`train_s`, `peak_memory_mib`) is that of the whole training. Of a trial without evaluations
    only its facts are known.

    Args:
        evaluations: Of the trial, in their order.
        curve: The first aim's value by optimizer step.
        facts: What the trial's end said of it.
        maximize: Whether more of the first aim is better.
    """
    known = {name: float(facts[name]) for name in QUANTITIES if isinstance(facts.get(name), (int, float))}
    if not curve:
        return known
    best = max(curve.values()) if maximize else min(curve.values())
    found = measured_at(evaluations, min(step for step, value in curve.items() if value == best))
    last = measured_at(evaluations, int(evaluations[-1]["step"])) if evaluations else {}
    spent = {name: value for name, value in last.items() if course_of(name) is Course.GROWING}
    return {**known, **found, **spent}
