"""How long trials train and how often they are evaluated, in the units in which it is known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from hpo.space import Space
from models.errors import Problem
from models.spec.train import TrainParams


@dataclass(frozen=True)
class Length:
    """A stretch of training, in each unit in which it is known before the data are read.

    Attributes:
        epochs: Passes over the training rows; None: unknown.
        steps: Optimizer steps; None: unknown.
    """

    epochs: float | None = None
    steps: int | None = None

    @classmethod
    def of(cls, train: TrainParams) -> Length:
        """The whole training: in steps where `max_steps` is given, else in epochs."""
        return cls(epochs=train.epochs) if train.max_steps is None else cls(steps=train.max_steps)

    @classmethod
    def between_evaluations(cls, train: TrainParams) -> Length:
        """From one evaluation to the next."""
        if train.eval_every_steps is None:
            return cls(epochs=train.eval_every_epochs)
        return cls(steps=train.eval_every_steps)

    def in_unit(self, unit: str) -> float | None:
        """The length in `epochs` or `steps`; None when unknown."""
        return self.epochs if unit == "epochs" else self.steps


def longest_training(train: TrainParams, space: Space) -> TrainParams:
    """The training with the largest length that the space allows: what schedulers are checked and made with.

    By the config's own value alone, a scheduler would let go every trial of a searched `train.epochs` that is longer.
    """
    epochs, max_steps = (
        _largest(space, "train.epochs", train.epochs),
        _largest(space, "train.max_steps", train.max_steps),
    )
    return dataclasses.replace(train, epochs=train.epochs if epochs is None else epochs, max_steps=max_steps)


def _largest(space: Space, name: str, given: int | None) -> int | None:
    if name in space.fixed:
        return None if space.fixed[name] is None else int(space.fixed[name])
    found = [value for dimension in space.dimensions if dimension.name == name for value in dimension.values()]
    return max((int(value) for value in found if value is not None), default=given)


def timing_problems(first: float, unit: str, key: str, train: TrainParams) -> list[Problem]:
    """What keeps a scheduler from ever acting, whose first decision is due after `first` epochs or steps.

    A first decision in steps of a training in epochs is not judged: how many steps there are is not known yet.

    Args:
        first: The earliest decision, in `unit`.
        unit: `epochs` or `steps`.
        key: Name of the setting (`min_epochs`).
        train: The longest training of the sweep.
    """
    where, end = f"scheduler.{key}", Length.of(train).in_unit(unit)
    if end is None and unit == "epochs":
        message = f"is in epochs, but the length of the training is in steps (train.max_steps={train.max_steps})"
        return [Problem(where, message, f"give scheduler.{key.replace('epochs', 'steps')}")]
    if end is None:
        return []
    if first >= end:
        message = f"must be less than the longest training, {end:g} {unit}, got {first:g}: it could never stop a trial"
        return [Problem(where, message, "train longer, or use scheduler=fifo")]
    pause = Length.between_evaluations(train).in_unit(unit)
    if pause is not None and pause >= end:
        message = f"never acts: the only evaluation comes at the end, after {end:g} {unit}"
        return [Problem(f"train.eval_every_{unit}", message, "evaluate more often, or use scheduler=fifo")]
    return []
