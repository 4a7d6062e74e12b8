"""Peers' samplers under the production search."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpo.samplers import Sampler
from hpo.samplers.optuna_sampler import OptunaSampler
from hpo.samplers.view import BAD_CAUSES, OUTCOME_ATTR, ViewingSampler
from hpo.space import Space

BOHB_RANDOM = 1 / 3  # Share of draws at random; this and the next two are Falkner et al.'s defaults.
BOHB_GOOD = 0.15
BOHB_CANDIDATES = 64


class AnyRow(Sampler):
    """Random search: a recorded configuration that was not tried, each as likely as any other."""

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """A draw from the space."""
        return self.space.draw(np.random.default_rng(seed), known)


class OptunaTpe(OptunaSampler):
    """Optuna's TPE with its defaults, told as Ray Tune's OptunaSearch tells it.

    A trial that was stopped is complete with its last value, and one whose metric is not a number is never told. What
    runs is not looked at (`constant_liar=False`). Its start-up trials are Optuna's own too, even over the space and
    then snapped: on TaskSet that serves it better than rows each as likely as any other.
    """

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's TPESampler."""
        return ViewingSampler(TPESampler(seed=seed), _as_ray_tells)


class BohbLike(OptunaSampler):
    """BOHB's model (Falkner et al. 2018, arXiv:1807.01774): a joint TPE at the largest length with enough trials.

    The density is Optuna's multivariate one. A third of the draws is random.
    """

    def __init__(self, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self._least = len(space.dimensions) + 1

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's TPESampler over the trials of one length, or its RandomSampler."""
        if np.random.default_rng(seed).uniform() < BOHB_RANDOM:
            return RandomSampler(seed=seed)
        least = self._least
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Of `gamma`, which Optuna is to drop.
            inner = TPESampler(
                seed=seed,
                multivariate=True,
                n_startup_trials=least + 2,
                n_ei_candidates=BOHB_CANDIDATES,
                gamma=lambda n: min(max(least, math.ceil(BOHB_GOOD * n)), max(1, n - 1)),
            )
        return ViewingSampler(inner, self._at_one_length)

    def _at_one_length(self, trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
        """The trials that came to the largest length which enough of them reached, complete with their value there.

        What cannot work is worse than any other, as a crashed training is in HpBandSter.
        """
        steps = sorted(step for trial in trials for step in sorted(trial.intermediate_values)[-1:])
        if len(steps) < self._least + 2:
            return []
        length = steps[-(self._least + 2)]
        found = []
        worst = math.inf if direction is StudyDirection.MINIMIZE else -math.inf
        for trial in trials:
            if _cannot_work(trial):
                found.append(_complete(trial, worst))
                continue
            beyond = [step for step in sorted(trial.intermediate_values) if step >= length]
            if beyond and math.isfinite(trial.intermediate_values[beyond[0]]):
                found.append(_complete(trial, trial.intermediate_values[beyond[0]]))
        return found


def _as_ray_tells(trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    found: list[FrozenTrial] = []
    for trial in trials:
        values = trial.intermediate_values
        if trial.state != TrialState.PRUNED:
            found.append(trial)
        elif not _cannot_work(trial) and values:
            found.append(_complete(trial, values[max(values)]))
    return found


def _cannot_work(trial: FrozenTrial) -> bool:
    return trial.user_attrs.get(OUTCOME_ATTR, {}).get("cause") in BAD_CAUSES


def _complete(trial: FrozenTrial, value: float) -> FrozenTrial:
    changed = copy.copy(trial)
    changed.state, changed.value = TrialState.COMPLETE, value
    return changed
