"""Every point of a finite space, once."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial, TrialState

from hpo.samplers.base import SamplerSpec, SearchExhaustedError
from hpo.samplers.explain import Explanation
from hpo.samplers.optuna_sampler import OptunaSampler
from hpo.samplers.untried import counts, params_of
from hpo.space import Space
from hpo.space.grid import grid_problems
from hpo.space.words import stable_json
from models.errors import Problem
from models.spec.fields import opt

GRID_INDEX_ATTR = "grid_index"  # User attribute of a trial: the index of its point, in the space's own order.
LARGEST_GRID = 100_000  # Points are held in memory, and no sweep of Transformers ends a larger grid.


@dataclass(frozen=True)
class GridSpec(SamplerSpec):
    """Each point of the grid once; needs steps or choices for every float."""

    name: str = opt("grid", "Sampler.", choices=("grid",))
    shuffle: bool = opt(True, "Visit the points in a seeded random order, so that a grid stopped early is spread out.")


class GridSearch(OptunaSampler):
    """Hands out points that have not been tried (`untried.counts`), whatever the state of a point's trial.

    The study alone says which those are, so nothing is run twice after a restart or with trials running in parallel.
    """

    def __init__(self, spec: GridSpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec = spec

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """For what an enqueued configuration leaves open; a grid point leaves nothing open."""
        return RandomSampler(seed=seed)

    def check(self, trials_budget: int | None) -> list[Problem]:
        """Dimensions without an end of values; a grid that is too large."""
        problems = grid_problems(self.space.dimensions)
        if not problems and (size := self.space.grid_size()) > LARGEST_GRID:
            message = f"the grid has {size} points, more than {LARGEST_GRID}"
            problems.append(Problem("space", message, "give fewer values, or use another sampler"))
        return problems

    def planned(self) -> int | None:
        """The number of points."""
        return self.space.grid_size()

    def exhausted(self, study: optuna.Study) -> bool:
        """Whether every point has been handed out and no enqueued trial waits."""
        trials = study.get_trials(deepcopy=False)
        return not any(trial.state == TrialState.WAITING for trial in trials) and self._next(trials) is None

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next point. It is enqueued whole before it is taken, so that a crash between the two loses nothing."""
        trials = study.get_trials(deepcopy=False)
        if not any(trial.state == TrialState.WAITING for trial in trials):
            index = self._next(trials)
            if index is None:
                raise SearchExhaustedError(f"all {len(self._points)} points of the grid have been handed out")
            copy.copy(study).enqueue_trial(self.space.encode(self._points[index]), {GRID_INDEX_ATTR: index})
        trial = super().ask(study)
        found = self._index(trial.params)
        if found is not None and GRID_INDEX_ATTR not in trial.user_attrs:
            trial.set_user_attr(GRID_INDEX_ATTR, found)
        return trial

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Which point it is."""
        index = self._index(new.params)
        used = {self._index(params_of(trial)) for trial in (new, *before)} - {None}
        numbers = {"point": index, "tried": len(used), "points": len(self._points)}
        return f"point {index} of the grid, {len(used)} of {len(self._points)} tried with it", numbers

    @cached_property
    def _points(self) -> list[dict[str, Any]]:
        return list(self.space.grid())

    @cached_property
    def _index_of(self) -> dict[str, int]:
        return {stable_json(point): index for index, point in enumerate(self._points)}

    @cached_property
    def _order(self) -> list[int]:
        if not self.spec.shuffle:
            return list(range(len(self._points)))
        return [int(index) for index in np.random.default_rng(self.seed).permutation(len(self._points))]

    def _next(self, trials: list[FrozenTrial]) -> int | None:
        tries = dict[int | None, float]()
        for trial in trials:
            index = self._index(params_of(trial))
            tries[index] = tries.get(index, 0.0) + counts(trial)
        return next((index for index in self._order if tries.get(index, 0.0) < 1), None)

    def _index(self, stored: Mapping[str, Any]) -> int | None:
        """Which point an Optuna trial's params are; None for params outside the grid."""
        try:
            return self._index_of.get(stable_json(self.space.decode(stored)))
        except (KeyError, ValueError):
            return None
