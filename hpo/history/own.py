"""The trials of a sweep itself, in the form of an earlier one's: so that the two can be compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from hpo.history.past import PastSweep, PastTrial
from hpo.history.points import still_in
from hpo.space import Space

_STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


def own_sweep(trials: Sequence[FrozenTrial], space: Space, maximize: bool) -> tuple[PastSweep, list[int]]:
    """What is known so far, running trials included; without those outside of a space that was narrowed since.

    Returns:
        The sweep, with lengths in epochs where the trials say them, else in steps; and the numbers of its trials.
    """
    found = [(trial.number, past) for trial in trials if (past := _past(trial, space)) is not None and past.telling]
    return PastSweep("own", tuple(past for _, past in found), maximize), [number for number, _ in found]


def _past(trial: FrozenTrial, space: Space) -> PastTrial | None:
    params = still_in(space, trial.params)
    if params is None:
        return None
    outcome = trial.user_attrs.get("outcome") or {}
    curve = tuple(
        (_length(trial, step), value)
        for step, value in sorted(trial.intermediate_values.items())
        if math.isfinite(value)
    )
    if not curve and trial.state == TrialState.COMPLETE and trial.value is not None:
        curve = ((1.0, trial.value),)
    return PastTrial(params, curve, _STATES.get(trial.state, "running"), outcome.get("cause"))


def _length(trial: FrozenTrial, step: int) -> float:
    evaluation = trial.user_attrs.get(f"evaluation:{step:09d}")
    return float(step if evaluation is None else evaluation["epoch"])
