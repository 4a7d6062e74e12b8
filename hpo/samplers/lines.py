"""The trials of a study as learning curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from hpo.history.points import still_in
from hpo.samplers.evidence import epochs_a_step
from hpo.samplers.view import BAD_CAUSES, OUTCOME_ATTR
from hpo.space import Space
from hpo.surrogate import Line


def lines_of(trials: Sequence[FrozenTrial], space: Space, maximize: bool) -> list[Line]:
    """What each trial says of its configuration; nothing of those that failed or have not begun.

    Nor of those outside of the space, as after a change of it.

    One that cannot work has no curve: what it scored before it diverged must not draw others to it.

    Args:
        space: Of the sweep.
        maximize: Whether more of the metric is better.
    """
    found = []
    for trial in trials:
        params = still_in(space, trial.params)
        if params is None or trial.state in (TrialState.FAIL, TrialState.WAITING):
            continue
        bad = trial.state == TrialState.PRUNED and trial.user_attrs.get(OUTCOME_ATTR, {}).get("cause") in BAD_CAUSES
        curve = {} if bad else _curve(trial, maximize)
        line = Line(params, curve, bad, trial.state == TrialState.COMPLETE)
        if line.curve or line.bad:
            found.append(line)
    return found


def _curve(trial: FrozenTrial, maximize: bool) -> dict[float, float]:
    """Score by length in epochs."""
    sign, values = 1 if maximize else -1, trial.intermediate_values
    steps = sorted(step for step, value in values.items() if math.isfinite(value))
    if not steps:
        whole = trial.state == TrialState.COMPLETE and trial.value is not None and math.isfinite(trial.value)
        return {1.0: sign * float(trial.value or 0.0)} if whole else {}
    unit = epochs_a_step(trial, steps[-1])
    return {round(step * unit, 6): sign * values[step] for step in steps if step > 0}
