"""What the trials of a study say to a model: where they are in the space, and which are better.

- A trial that was stopped or paused is evidence at the length that it trained for, and counts where enough others did
  not train longer (`ranks`).
- One that diverged, ran out of memory, was infeasible, or was stopped without one finite value is worse than every
  other, for good.
- One that runs, or that is paused before its first evaluation, is pending: nothing is known but that it is there.
- One that failed (an error, a lost machine, a person's stop) says nothing of its configuration, and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from hpo.samplers.points import Points
from hpo.samplers.ranks import Curve, ranks
from hpo.samplers.view import BAD_CAUSES, OUTCOME_ATTR

ENOUGH = 3  # Trials more than dimensions make a length one to compare at, as in BOHB.
_PAUSED = "paused"  # User attribute of a trial that has left its slot, written by the ledger.


@dataclass(frozen=True)
class Evidence:
    """The trials that a model learns from.

    Attributes:
        points: Where they are, shape (trials, dimensions); see `Points`.
        places: 0 the best, those that cannot work last; NaN of pending ones. Shape (trials,).
        works: How many of those that have a place can work.
        told: How many trials of the study have a result, of whatever length.
        length: In epochs, the one at which they are compared.
    """

    points: np.ndarray
    places: np.ndarray
    works: int
    told: int
    length: float

    @property
    def ranked(self) -> int:
        """How many are not pending."""
        return int((~np.isnan(self.places)).sum())

    @classmethod
    def of(cls, trials: Sequence[FrozenTrial], points: Points, maximize: bool) -> Evidence:
        """From the study's trials, without the one that is being proposed.

        Args:
            maximize: Whether more of the metric is better.
        """
        curves, bad, waiting = list[tuple[FrozenTrial, Curve]](), list[FrozenTrial](), list[FrozenTrial]()
        for trial in trials:
            curve = curve_of(trial, maximize)
            if curve is not None:
                curves.append((trial, curve))
            elif trial.state == TrialState.PRUNED:
                bad.append(trial)
            elif trial.state == TrialState.RUNNING:
                waiting.append(trial)
        enough = len(points.sizes) + ENOUGH
        ranked = ranks([curve for _, curve in curves], enough)
        there = np.flatnonzero(~np.isnan(ranked.places))
        places = np.concatenate(
            [ranked.places[there], np.full(len(bad), float(len(there))), np.full(len(waiting), np.nan)]
        )
        whole = [*(curves[index][0] for index in there), *bad, *waiting]
        rows = points.of([trial.params for trial in whole])
        return cls(rows, places, len(there), len(curves) + len(bad), ranked.length)


def count_told(trials: Sequence[FrozenTrial]) -> int:
    """How many trials say something about their configuration."""
    return sum(trial.state == TrialState.PRUNED or curve_of(trial, maximize=True) is not None for trial in trials)


def curve_of(trial: FrozenTrial, maximize: bool) -> Curve | None:
    """What a trial reached by which length; None: nothing is known, or its configuration cannot work."""
    state, attributes = trial.state, trial.user_attrs
    if state == TrialState.RUNNING and not attributes.get(_PAUSED):
        return None
    if state == TrialState.PRUNED and attributes.get(OUTCOME_ATTR, {}).get("cause") in BAD_CAUSES:
        return None
    if state in (TrialState.FAIL, TrialState.WAITING):
        return None
    steps = sorted(step for step, value in trial.intermediate_values.items() if math.isfinite(value))
    values = [trial.intermediate_values[step] for step in steps]
    if not steps:
        if state != TrialState.COMPLETE or trial.value is None or not math.isfinite(trial.value):
            return None
        steps, values = [1], [trial.value]
    unit = epochs_a_step(trial, steps[-1])
    best = accumulate((-value for value in values) if maximize else values, min)
    return Curve(tuple(round(step * unit, 6) for step in steps), tuple(best), state == TrialState.COMPLETE)


def epochs_a_step(trial: FrozenTrial, last: int) -> float:
    """A step's length in epochs, which differ in steps with the batch size; 1 where the ledger says no epochs."""
    evaluation = trial.user_attrs.get(f"evaluation:{last:09d}")
    return 1.0 if evaluation is None or not last else float(evaluation["epoch"]) / last
