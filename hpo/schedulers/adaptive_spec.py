"""Settings of the adaptive scheduler."""

from __future__ import annotations

from dataclasses import dataclass

from hpo.schedulers.base import SchedulerSpec
from hpo.schedulers.length import timing_problems
from models.errors import Problem
from models.spec.fields import opt
from models.spec.train import TrainParams


@dataclass(frozen=True)
class AdaptiveSpec(SchedulerSpec):
    """Pauses every trial at rungs and advances the one that promises most, by a model of all learning curves.

    Freeze-thaw (Swersky et al. 2014, arXiv:1406.3896) with Thompson sampling (Thompson 1933), guarded: a rung counts
    only as long as it foretells the end. Best with `sampler=gp`, which proposes by the same model.
    """

    name: str = opt("adaptive", "Scheduler.", choices=("adaptive",))
    min_epochs: int = opt(1, "Epochs that every trial trains before it is compared.", low=1)
    min_steps: int | None = opt(None, "The same in optimizer steps; replaces the epochs.", low=1)
    startup_trials: int = opt(12, "Trials that are begun before any is advanced.", low=3)
    arms: int = opt(5, "New configurations that compete with the paused trials, the most promising ones.", low=1)
    give_up: float = opt(
        0.05, "Chance to beat the best below which a paused trial is left, when no new ones may begin.", low=0, high=1
    )

    @property
    def unit(self) -> str:
        """`epochs` or `steps`."""
        return "epochs" if self.min_steps is None else "steps"

    @property
    def first(self) -> int:
        """The first rung, in `unit`."""
        return self.min_epochs if self.min_steps is None else self.min_steps

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever pausing a trial."""
        if self.unit == "steps" and train.max_steps is None:
            message = "is in steps, but the length of the training is in epochs, so the rungs cannot be laid out"
            return [Problem("scheduler.min_steps", message, "give scheduler.min_epochs, or train.max_steps")]
        return timing_problems(self.first, self.unit, f"min_{self.unit}", train)
