"""Why a configuration was proposed, in words and numbers, as far as every sampler says it alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optuna.trial import FrozenTrial, TrialState

WHY_ATTR = "why"  # User attribute of a trial: why it was proposed, in words, with the numbers of that moment.
STARTING = "the starting configuration: the values of the config itself"

Explanation = tuple[str, Mapping[str, Any]]  # In words, with the numbers; the numbers alone, JSON values.


def is_asked_for(attributes: Mapping[str, Any]) -> bool:
    """Whether a person gave the configuration while the sweep ran.

    Args:
        attributes: User attributes of the trial.
    """
    return attributes.get("request") is not None


def given(trial: FrozenTrial) -> Explanation | None:
    """Why a configuration was given that no sampler drew; None: one did."""
    attributes = trial.user_attrs
    if is_asked_for(attributes):
        parent = attributes.get("parent")
        warm = ", from its best weights" if attributes.get("warm_from") else ""
        if parent is None:
            return "given by a person: hpo enqueue", {}
        return f"cloned by a person from trial {parent}{warm}: hpo clone", {"parent": parent}
    return (str(attributes[WHY_ATTR]), {}) if WHY_ATTR in attributes else None


def start_up(before: Sequence[FrozenTrial], startup_trials: int) -> Explanation | None:
    """That a trial is random because too few have ended; None: enough have.

    Args:
        before: The trials as the sampler sees them, without the new one.
        startup_trials: So many must have ended before a model is used.
    """
    ended = len(with_result(before))
    if ended >= startup_trials:
        return None
    numbers = {"ended": ended, "startup_trials": startup_trials}
    return f"random: {ended} of the {startup_trials} start-up trials have ended", numbers


def with_result(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Those that ended with knowledge about their configuration."""
    return [trial for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]


def standing(before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
    """How many trials a model learnt from, and the best value among them.

    Args:
        before: The trials without the new one.
        maximize: Whether more of the metric is better.
    """
    ended = with_result(before)
    running = sum(trial.state == TrialState.RUNNING for trial in before)
    values = [trial.value for trial in ended if trial.state == TrialState.COMPLETE and trial.value is not None]
    best = (max(values) if maximize else min(values)) if values else None
    complete = sum(trial.state == TrialState.COMPLETE for trial in ended)
    text = f"{len(ended)} ended trials ({complete} complete), {running} running or paused"
    text += "" if best is None else f", best {best:.4g}"
    return text, {"ended": len(ended), "complete": complete, "running": running, "best": best}
