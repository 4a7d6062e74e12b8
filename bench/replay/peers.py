"""Peers' schedulers under the production search: Ray Tune's own objects decide, told as Ray Tune tells them.

Ray is imported for its rules alone; nothing is started. A training that diverged is ended for every method alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ray.tune.schedulers import AsyncHyperBandScheduler, MedianStoppingRule, TrialScheduler

from bench.replay.clock import METRIC
from hpo.schedulers import Decision, Length, Result, Scheduler

TIME = "epoch"
FIRST = 1  # Epochs before any of them acts.
RAY_MEDIAN_SAMPLES = 3  # Ray's default.


@dataclass(frozen=True)
class _RayTrial:
    """As much of a Ray trial as the rules look at."""

    trial_id: str


class _NoController:
    """As much of Ray's controller as the rules look at: every trial that there is has a slot."""

    def get_live_trials(self) -> list[_RayTrial]:
        """Those that run or wait; none waits."""
        return []


class RayStopping(Scheduler):
    """One of Ray Tune's schedulers that stop and never pause."""

    def __init__(self, rule: Any, longest: Length) -> None:
        """Around Ray's object, which has seen nothing and minimizes `METRIC` over `TIME`."""
        super().__init__(False, longest)
        self.rule, self._trials = rule, dict[int, _RayTrial]()

    def on_result(self, result: Result) -> Decision:
        """Ray's decision; at the end there is nothing left to stop."""
        trial = self._trials.get(result.number)
        if trial is None:
            trial = self._trials[result.number] = _RayTrial(str(result.number))
            self.rule.on_trial_add(_NoController(), trial)
        told = {TIME: result.epochs, METRIC: result.value}
        action = self.rule.on_trial_result(_NoController(), trial, told)
        if action != TrialScheduler.STOP or self.at_end(result):
            return Decision.CONTINUE
        return self.stop(result.number, f"stopped by Ray after {result.epochs:g} epochs at {result.value:.4g}")


def ray_asha(longest: Length) -> Scheduler:
    """Ray's ASHA with its defaults, but for the length: grace 1, factor 4, one bracket."""
    rule = AsyncHyperBandScheduler(TIME, METRIC, "min", max_t=int(longest.epochs or 1), grace_period=FIRST)
    return RayStopping(rule, longest)


def ray_median(longest: Length) -> Scheduler:
    """Ray's median stopping rule; its default grace, 60 s, is one epoch here."""
    rule = MedianStoppingRule(TIME, METRIC, "min", grace_period=FIRST, min_samples_required=RAY_MEDIAN_SAMPLES)
    return RayStopping(rule, longest)
