"""Settings that change in the middle of a training."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.errors import Problem
from models.spec.fields import limits_of
from models.spec.train import TrainParams

# What can change between two steps: what the optimizer reads anew at each of them. All are settings of `train`.
CHANGEABLE = ("learning_rate", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm")


@dataclass(frozen=True)
class Change:
    """From one step on, other settings.

    Attributes:
        step: Optimizer steps made before it.
        values: New values of settings of `train`, by name, each one of `CHANGEABLE`.
    """

    step: int
    values: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, step: int, values: Mapping[str, Any]) -> Change:
        """One from a mapping."""
        return cls(step, tuple(sorted((name, float(value)) for name, value in values.items())))


def settings_at(train: TrainParams, changes: Iterable[Change], step: int) -> TrainParams:
    """The settings of the step that follows so many steps.

    Args:
        train: Those at the beginning.
        changes: In the order of their steps.
        step: Optimizer steps made.
    """
    for change in changes:
        if change.step <= step:
            values: dict[str, Any] = dict(change.values)
            train = replace(train, **values)
    return train


def check_changes(changes: Sequence[Change]) -> list[Problem]:
    """What keeps changes from being made; empty when nothing does."""
    problems: list[Problem] = []
    fields = {field.name: field for field in dataclasses.fields(TrainParams)}
    for place, change in enumerate(changes):
        where = f"changes[{place}]"
        if change.step < 0 or (place and change.step < changes[place - 1].step):
            problems.append(Problem(f"{where}.step", f"must not be below 0 or the one before, got {change.step}"))
        for name, value in change.values:
            if name not in CHANGEABLE:
                rule = f"cannot change in the middle of a training; what can: {', '.join(CHANGEABLE)}"
                problems.append(Problem(f"{where}.{name}", rule))
            elif rule := limits_of(fields[name]).violation(value) or "":
                problems.append(Problem(f"{where}.{name}", rule))
    return problems
