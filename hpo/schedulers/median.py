"""The median stopping rule."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from hpo.schedulers.base import Decision, Result, Scheduler, SchedulerSpec, fidelity
from hpo.schedulers.length import Length, timing_problems
from models.errors import Problem
from models.spec.fields import opt
from models.spec.train import TrainParams


@dataclass(frozen=True)
class MedianSpec(SchedulerSpec):
    """The median rule (Golovin et al. 2017, "Google Vizier", section 3.2.2); gentler than ASHA.

    A trial stops when its best value so far is worse than the median of the other trials' averages up to there.
    """

    name: str = opt("median", "Scheduler.", choices=("median",))
    grace_epochs: int = opt(1, "Epochs that every trial trains.", low=0)
    grace_steps: int | None = opt(None, "Optimizer steps that every trial trains; replaces the epochs.", low=0)
    min_trials: int = opt(4, "Other trials that must have come as far before any is stopped.", low=1)

    @property
    def unit(self) -> str:
        """`epochs` or `steps`."""
        return "epochs" if self.grace_steps is None else "steps"

    @property
    def grace(self) -> int:
        """The stretch in which nothing is stopped, in `unit`."""
        return self.grace_epochs if self.grace_steps is None else self.grace_steps

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever stopping a trial."""
        return timing_problems(self.grace, self.unit, f"grace_{self.unit}", train)


class Median(Scheduler):
    """Compares a trial's best value with the running averages of the trials that came at least as far."""

    def __init__(self, spec: MedianSpec, maximize: bool, longest: Length) -> None:
        """A scheduler that has seen nothing.

        Args:
            spec: Its settings.
            maximize: Whether more of the metric is better.
            longest: The longest that a trial trains.
        """
        super().__init__(maximize, longest)
        self.spec = spec
        self._scores: dict[int, dict[float, float]] = {}  # By trial number, then by fidelity.

    def on_result(self, result: Result) -> Decision:
        """Stop the trial if it is past its grace and worse than the median."""
        reached = fidelity(result, self.spec.unit)
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        own = self._scores.setdefault(result.number, {})
        own.setdefault(reached, self.score(result.value))
        if self.at_end(result) or reached < self.spec.grace:
            return Decision.CONTINUE
        averages = self._averages(result.number, reached)
        if len(averages) < self.spec.min_trials:
            return Decision.CONTINUE
        best, median = max(own.values()), statistics.median(averages)
        return (
            self.stop(result.number, self._why(reached, best, median, len(averages)))
            if best < median
            else Decision.CONTINUE
        )

    def _averages(self, number: int, reached: float) -> list[float]:
        """The mean score up to `reached` of each other trial that came at least as far."""
        return [
            statistics.fmean(score for at, score in scores.items() if at <= reached)
            for other, scores in self._scores.items()
            if other != number and max(scores) >= reached and min(scores) <= reached
        ]

    def _why(self, reached: float, best: float, median: float, others: int) -> str:
        return (
            f"{reached:g} {self.spec.unit}: the best value {self.value(best):.4g} is {self.worse} "
            f"the median {self.value(median):.4g} of {others} trials"
        )
