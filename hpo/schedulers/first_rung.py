"""Settings of schedulers whose first rung is given in epochs or in steps."""

from __future__ import annotations

from dataclasses import dataclass

from hpo.schedulers.base import SchedulerSpec
from hpo.schedulers.length import timing_problems
from models.errors import Problem
from models.spec.fields import opt
from models.spec.train import TrainParams


@dataclass(frozen=True)
class FirstRungSpec(SchedulerSpec):
    """Where trials are compared first."""

    min_epochs: int = opt(1, "Epochs that every trial trains before it is compared: the first rung.", low=1)
    min_steps: int | None = opt(None, "The same in optimizer steps; replaces the epochs.", low=1)

    @property
    def unit(self) -> str:
        """`epochs` or `steps`."""
        return "epochs" if self.min_steps is None else "steps"

    @property
    def first(self) -> int:
        """The first rung, in `unit`."""
        return self.min_epochs if self.min_steps is None else self.min_steps

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever acting."""
        return timing_problems(self.first, self.unit, f"min_{self.unit}", train)

    def _check_laid_out(self, what: str, train: TrainParams) -> list[Problem]:
        """As `check`, for a scheduler whose `what` need the length of the training in `unit`."""
        if self.unit == "steps" and train.max_steps is None:
            message = f"is in steps, but the length of the training is in epochs, so the {what} cannot be laid out"
            return [Problem("scheduler.min_steps", message, "give scheduler.min_epochs, or train.max_steps")]
        return FirstRungSpec.check(self, train)
