"""A study's trials for an Optuna sampler that looks only at which complete trial is better than which."""

from __future__ import annotations

import copy
import math

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpo.samplers.evidence import ENOUGH, curve_of
from hpo.samplers.ranks import ranks


def ranked_as_complete(trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    """Stopped and paused trials are complete; the value of each is its place, all compared at one length (`ranks`).

    Behind them, as equals, come those that did not train so long, and last those that cannot work.
    """
    maximize = direction == StudyDirection.MAXIMIZE
    curves = {trial.number: curve for trial in trials if (curve := curve_of(trial, maximize)) is not None}
    dimensions = max((len(trial.params) for trial in trials), default=0)
    found = ranks(list(curves.values()), dimensions + ENOUGH).places
    places = {
        number: len(curves) if math.isnan(place) else int(place) for number, place in zip(curves, found, strict=True)
    }
    places |= {t.number: len(curves) + 1 for t in trials if t.state == TrialState.PRUNED and t.number not in curves}
    sign = -1.0 if maximize else 1.0
    return [_complete(t, sign * places[t.number]) if t.number in places else t for t in trials]


def _complete(trial: FrozenTrial, value: float) -> FrozenTrial:
    changed = copy.copy(trial)
    changed.state = TrialState.COMPLETE
    changed.value = value
    return changed
