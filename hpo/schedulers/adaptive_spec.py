"""Settings of the adaptive scheduler."""

from __future__ import annotations

from dataclasses import dataclass

from hpo.schedulers.first_rung import FirstRungSpec
from models.errors import Problem
from models.spec.fields import opt
from models.spec.train import TrainParams


@dataclass(frozen=True)
class AdaptiveSpec(FirstRungSpec):
    """Pauses every trial at rungs and advances the one that promises most, by a model of all learning curves.

    Freeze-thaw (Swersky et al. 2014, arXiv:1406.3896) with Thompson sampling (Thompson 1933), guarded: a rung counts
    only as long as it foretells the end. Best with `sampler=gp`, which proposes by the same model.
    """

    name: str = opt("adaptive", "Scheduler.", choices=("adaptive",))
    startup_trials: int = opt(12, "Trials that are begun before any is advanced.", low=3)
    arms: int = opt(5, "New configurations that compete with the paused trials, the most promising ones.", low=1)
    give_up: float = opt(
        0.05, "Chance to beat the best below which a paused trial is left, when no new ones may begin.", low=0, high=1
    )

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever acting."""
        return self._check_laid_out("rungs", train)
