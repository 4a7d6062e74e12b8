"""Which configurations of a space have been tried, and one like another that has not.

A trial that was lost with its machine says nothing of its configuration, which may be proposed once more. What failed
with an error, or was stopped by a person, is not proposed again: it would most likely end in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from hpo.samplers.points import Points
from hpo.samplers.view import OUTCOME_ATTR
from hpo.space import Space
from hpo.space.grid import grid_problems

LARGEST = 10_000  # Points of a space that are listed; in a larger one, a draw at random has hardly been tried.
DRAWS = 1000  # At random, for one that has not been tried.
_DIGITS = 9  # Of a place in the unit interval: nearer values are the same.
_LOST = "lost"


class Untried:
    """The configurations of one space."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.points = Points(space)

    def is_tried(self, params: Mapping[str, Any], trials: Iterable[FrozenTrial]) -> bool:
        """Whether a configuration, in the config's form, is not to be proposed (again)."""
        stored = self.space.encode(params)
        return sum(counts(trial) for trial in trials if params_of(trial) == stored) >= 1

    @cached_property
    def size(self) -> int | None:
        """Number of configurations, where they can be listed; None: they are too many, or without end."""
        if not self.space.dimensions or grid_problems(self.space.dimensions):
            return None
        size = self.space.grid_size()
        return size if size <= LARGEST else None

    def none_left(self, trials: Iterable[FrozenTrial]) -> bool:
        """Whether every configuration has been tried."""
        return self.size is not None and set(self._all[1]) <= self._tried(trials)

    def like(
        self, params: Mapping[str, Any], trials: Sequence[FrozenTrial], rng: np.random.Generator
    ) -> dict[str, Any]:
        """An untried configuration: the nearest where they can be listed, else one at random. Itself if none is found.

        Args:
            params: In the config's form.
            trials: Of the study, without the one that is being proposed.
            rng: For the draws.
        """
        if self.size is not None:
            return self._nearest(params, self._tried(trials))
        drawn = (self.space.draw(rng) for _ in range(DRAWS))
        return next((one for one in drawn if not self.is_tried(one, trials)), dict(params))

    def _tried(self, trials: Iterable[FrozenTrial]) -> set[bytes]:
        times: dict[bytes, float] = {}
        trials = list(trials)
        for key, trial in zip(_keys(self.points.of([params_of(trial) for trial in trials])), trials, strict=True):
            times[key] = times.get(key, 0.0) + counts(trial)
        return {key for key, count in times.items() if count >= 1}

    def _nearest(self, params: Mapping[str, Any], tried: Collection[bytes]) -> dict[str, Any]:
        configurations, keys, rows = self._all
        left = [index for index, key in enumerate(keys) if key not in tried]
        if not left:
            return dict(params)
        away = _distances(rows[left], self.points.of([self.space.encode(params)])[0], np.array(self.points.sizes) > 0)
        return dict(configurations[left[int(away.argmin())]])

    @cached_property
    def _all(self) -> tuple[list[dict[str, Any]], list[bytes], np.ndarray]:
        """Every configuration, its key, and its row."""
        found = list(self.space.grid())
        rows = self.points.of([self.space.encode(params) for params in found])
        return found, _keys(rows), rows


def _keys(rows: np.ndarray) -> list[bytes]:
    """Of each row, the same for the same configuration."""
    return [row.tobytes() for row in np.round(rows, _DIGITS) + 0.0]  # So that -0.0 is 0.0.


def _distances(rows: np.ndarray, to: np.ndarray, is_choice: np.ndarray) -> np.ndarray:
    """Squared, shape (rows,): 1 for another choice, and for a dimension that only one of the two has."""
    apart = np.abs(rows - to)
    apart = np.where(is_choice, np.minimum(apart, 1.0), apart)
    one_has = np.isnan(rows) != np.isnan(to)
    return np.asarray((np.where(np.isnan(apart), one_has, apart) ** 2).sum(axis=1))


def counts(trial: FrozenTrial) -> float:
    """Which part of a try it was: from 1 on, a configuration is not proposed again."""
    lost = trial.state == TrialState.FAIL and trial.user_attrs.get(OUTCOME_ATTR, {}).get("cause") == _LOST
    return 0.5 if lost else 1.0


def params_of(trial: FrozenTrial) -> dict[str, Any]:
    """As Optuna stores them, with those that it was enqueued with and has not been asked for yet."""
    wish = trial.system_attrs.get("fixed_params")
    return {**wish, **trial.params} if wish else trial.params
