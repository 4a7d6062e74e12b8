"""What earlier sweeps foretell of the ends of trainings, on the model's scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from hpo.history.history import History
from hpo.history.past import BAD_CAUSES, PastSweep, PastTrial
from hpo.surrogate.line import Line

EDGE = 0.02  # Scores are taken to be so far from 0 and 1: no earlier sweep tells finer differences apart.
SLOPE = 1.0  # Heights that a normal deviate of the score is worth where the earlier sweeps are believed wholly.
SLOPE_TRIALS = 6.0  # Trials that this is worth.


@dataclass(frozen=True)
class Prior:
    """The mean of the process: what is not foretold is what it has to explain.

    A configuration's score in the earlier sweeps (`History.prior_scores`), as a normal deviate, times a slope. The
    slope is drawn to the weight of the earlier sweeps (`hpo.history.trust`) and taken from the sweep's own trials by
    ridge regression, never below 0: so it fades where they foretell nothing here. Means from earlier tasks are those of
    Golovin et al. 2017, "Google Vizier", section 3.3; there they are processes one upon the other.

    Attributes:
        shares: Weight of each earlier sweep, shape (sweeps,).
        slope: Heights for a normal deviate.
    """

    history: History
    shares: np.ndarray
    slope: float

    @classmethod
    def of(cls, history: History, told: Sequence[Line], owner: np.ndarray, heights: np.ndarray) -> Prior:
        """After some trials.

        Args:
            history: At least one earlier sweep.
            told: The trials.
            owner: Index of the trial of each observation, shape (observations,); those of a trial by rising length.
            heights: What was observed, shape (observations,). Of each trial the last counts.
        """
        shares = history.weights(PastSweep("own", tuple(_past(line) for line in told), by_last=True))
        last = dict(zip(owner.tolist(), heights.tolist(), strict=True))
        deviates = _deviates(history.mixed([told[index].params for index in last], shares))
        found = np.array(list(last.values()))
        deviates, found = (each - (each.mean() if len(each) else 0.0) for each in (deviates, found))
        expected = SLOPE * float(shares.max())
        slope = (SLOPE_TRIALS * expected + float(deviates @ found)) / (SLOPE_TRIALS + float(deviates @ deviates))
        return cls(history, shares, max(0.0, slope))

    def heights(self, params: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """What is foretold of configurations, up to a constant; shape (configurations,)."""
        if not params:
            return np.zeros(0)
        return self.slope * _deviates(self.history.mixed(params, self.shares))


def _deviates(scores: np.ndarray) -> np.ndarray:
    found: np.ndarray = ndtri(np.clip(scores, EDGE, 1 - EDGE))
    return found


def _past(line: Line) -> PastTrial:
    state = "complete" if line.whole else "running"
    return PastTrial(line.params, tuple(line.curve.items()), state, BAD_CAUSES[0] if line.bad else None)
