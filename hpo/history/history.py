"""What earlier sweeps say about the configurations of a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from hpo.history.past import PastSweep
from hpo.history.predict import Predictor
from hpo.history.trust import weights
from hpo.space import Space

NOTHING_SAID = 0.5


@dataclass(frozen=True)
class Wish:
    """A configuration that is tried first because it was good before.

    Attributes:
        params: A point of the space.
        why: Why it is tried, with the numbers.
    """

    params: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class History:
    """Earlier sweeps, seen from the space of a new one.

    It holds no state of the search: what it says follows from the earlier sweeps and from the trials that it is given.

    Attributes:
        space: Of the new sweep.
        sweeps: The earlier ones, the most similar first; each with at least one trial.
        first: Configurations to begin with, chosen when the sweep was begun.
    """

    space: Space
    sweeps: tuple[PastSweep, ...]
    first: tuple[Wish, ...] = field(default=())

    def predict(self, params: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Predicted scores in each earlier sweep, from 0 to 1, the best; shape (sweeps, configurations)."""
        return self._predictor(params)

    def weights(self, own: PastSweep | None = None) -> np.ndarray:
        """How far each earlier sweep is believed, from 0 to 1; shape (sweeps,). See `hpo.history.trust`.

        Args:
            own: The trials of the sweep itself so far; None: none yet.
        """
        if own is None or not own.trials:
            return weights(np.zeros((len(self.sweeps), 0)), np.zeros(0))
        return weights(self.predict([trial.params for trial in own.trials]), own.scores)

    def trust(self, own: PastSweep | None = None) -> float:
        """How far the best of them is believed, from 0 to 1."""
        return float(self.weights(own).max())

    def prior_scores(self, params: Sequence[Mapping[str, Any]], own: PastSweep | None = None) -> np.ndarray:
        """Predicted scores of configurations, averaged over the earlier sweeps by their weights.

        Args:
            params: Points of the space.
            own: The trials of the sweep itself so far.

        Returns:
            Shape (configurations,), from 0 to 1, the best; 0.5 for all where no earlier sweep is believed.
        """
        return self.mixed(params, self.weights(own))

    def mixed(self, params: Sequence[Mapping[str, Any]], shares: np.ndarray) -> np.ndarray:
        """As `prior_scores`, for weights that are known; shape (sweeps,)."""
        total = float(shares.sum())
        if total == 0:
            return np.full(len(params), NOTHING_SAID)
        found: np.ndarray = shares @ self.predict(params) / total
        return found

    def describe(self) -> list[str]:
        """One line for each earlier sweep: its name, what was taken, and why."""
        return [f"{sweep.name}: {len(sweep.trials)} trials; {sweep.why}" for sweep in self.sweeps]

    @cached_property
    def _predictor(self) -> Predictor:
        return Predictor(self.space, self.sweeps)
