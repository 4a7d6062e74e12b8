"""The study of a sweep with several aims or limits, as a model-based sampler should see it.

The study has one objective, the first aim: so curves, resumption and dashboards are as in any sweep. What a trial
reaches in the other aims, and how far it is beyond a limit, follows from its evaluations, which the ledger keeps as
attributes of the trial. The view turns that into a study with as many objectives as there are aims, and with the
constraints of Optuna's samplers; nothing is written back.
"""

from __future__ import annotations

import copy
import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from optuna.samplers import BaseSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpo.aims import Aims, measured
from hpo.samplers.view import OUTCOME_ATTR, StudyView, ViewingSampler

CONSTRAINT = "constraints:"  # Prefix of system attributes in which Optuna's samplers look for limits; <= 0 is kept.
CANNOT_WORK = ("diverged", "out_of_memory")  # Causes after which nothing that was measured counts.
_EVALUATION = "evaluation:"


class SeveralView(StudyView):
    """A study with an objective for each aim."""

    def __init__(self, study: Study, aims: Aims) -> None:
        super().__init__(study, lambda trials, _: told(trials, aims))
        self.directions = [_direction(aim.maximize) for aim in aims.aims]

    def _is_multi_objective(self) -> bool:
        return len(self.directions) > 1


class SeveralViewingSampler(ViewingSampler):
    """An Optuna sampler that sees the study through such a view."""

    def __init__(self, inner: BaseSampler, aims: Aims) -> None:
        super().__init__(inner, lambda trials, _: told(trials, aims))
        self._aims = aims

    def _view(self, study: Study) -> Study:
        if self._seen is None:
            self._seen = cast(Study, SeveralView(study, self._aims))
        return self._seen


def told(trials: Sequence[FrozenTrial], aims: Aims) -> list[FrozenTrial]:
    """Trials as a sampler is told of them: those that ended with knowledge are complete, with a value for each aim.

    One that was stopped on the way has what it had reached, its seconds as if it had trained as long as the longest.
    One whose configuration cannot work, or that was not measured in an aim, has the worst value that any has there. A
    limit that was not measured is as far away as in the middle one of the others, but beyond for what cannot work.
    """
    ended = [trial for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    longest = max((_epochs(trial) for trial in ended), default=0.0)
    reached = {trial.number: _reached(trial, aims, longest) for trial in ended}
    worst = _worst(reached.values(), aims)
    excesses = {str(limit): _excesses(reached.values(), aims, at) for at, limit in enumerate(aims.constraints)}
    found: list[FrozenTrial] = []
    for trial in trials:
        if trial.number not in reached:
            found.append(trial)
            continue
        values = reached[trial.number]
        changed = copy.copy(trial)
        changed.state = TrialState.COMPLETE
        changed.values = [values.get(aim.name, worst[aim.name]) for aim in aims.aims]
        changed.system_attrs = {**trial.system_attrs, **_limits(values, aims, excesses)}
        found.append(changed)
    return found


def _reached(trial: FrozenTrial, aims: Aims, longest: float) -> dict[str, float]:
    outcome = trial.user_attrs.get(OUTCOME_ATTR, {})
    if outcome.get("cause") in CANNOT_WORK:
        return {}
    curve = {step: value for step, value in trial.intermediate_values.items() if math.isfinite(value)}
    found = measured(evaluations_of(trial), curve, outcome.get("facts", {}), maximize=aims.primary.maximize)
    if curve:  # Of a trial without attributes, the curve says at least the first aim.
        found.setdefault(aims.primary.name, max(curve.values()) if aims.primary.maximize else min(curve.values()))
    elif trial.value is not None:
        found.setdefault(aims.primary.name, trial.value)
    epochs = _epochs(trial)
    if trial.state == TrialState.PRUNED and epochs and "train_s" in found:
        found["train_s"] *= longest / epochs
    return {name: value for name, value in found.items() if math.isfinite(value)}


def evaluations_of(trial: FrozenTrial) -> list[dict[str, Any]]:
    """A trial's evaluations, as the ledger wrote them, in their order."""
    attributes = trial.user_attrs
    return [attributes[key] for key in sorted(attributes) if key.startswith(_EVALUATION)]


def _epochs(trial: FrozenTrial) -> float:
    return max((float(entry.get("epoch", 0.0)) for entry in evaluations_of(trial)), default=0.0)


def _worst(reached: Collection[Mapping[str, float]], aims: Aims) -> dict[str, float]:
    """By aim, the worst value of any trial; 0 while none has one, so that all are equal."""
    worst: dict[str, float] = {}
    for aim in aims.aims:
        known = [values[aim.name] for values in reached if aim.name in values]
        pick = min if aim.maximize else max
        worst[aim.name] = pick(known, default=0.0)
    return worst


def _excesses(reached: Collection[Mapping[str, float]], aims: Aims, at: int) -> list[float]:
    limit = aims.constraints[at]
    return [limit.excess(values[limit.name]) for values in reached if limit.name in values]


def _limits(values: Mapping[str, float], aims: Aims, excesses: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The system attributes: how far the trial is beyond each limit."""
    found: dict[str, float] = {}
    for limit in aims.constraints:
        known = excesses[str(limit)]
        if limit.name in values:
            excess = limit.excess(values[limit.name])
        elif values:
            excess = statistics.median(known) if known else 0.0
        else:
            excess = max([1.0, *known])
        found[f"{CONSTRAINT}{limit}"] = excess
    return found


def _direction(maximize: bool) -> StudyDirection:
    return StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
