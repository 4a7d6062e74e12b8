"""Configurations by hand: put before the sampler's own, which learns from them like from any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.trial import TrialState


def enqueue(
    study: optuna.Study,
    params: Mapping[str, Any],
    request: int,
    *,
    parent: int | None = None,
    warm_from: str | None = None,
) -> None:
    """Put a configuration before the sampler's own; the same request twice, as after a crash, puts it in once.

    Args:
        params: As Optuna stores them (`Space.encode`).
        request: Id of what asked for it.
        parent: Number of the trial that it was cloned from.
        warm_from: Folder of the weights to begin with.
    """
    if any(trial.user_attrs.get("request") == request for trial in study.get_trials(deepcopy=False)):
        return
    study.enqueue_trial(dict(params), {"request": request, "parent": parent, "warm_from": warm_from})


def has_waiting(study: optuna.Study) -> bool:
    """Whether a configuration by hand waits to be tried."""
    return any(trial.state == TrialState.WAITING for trial in study.get_trials(deepcopy=False))
