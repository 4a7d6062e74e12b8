"""What each kind of trial says to a model."""

import math
from typing import Any

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.ledger import Cause
from hpo.ledger.record import PAUSED
from hpo.samplers import OUTCOME_ATTR
from hpo.samplers.evidence import Evidence, curve_of
from hpo.samplers.points import Points
from hpo.space import FloatDimension, Space

POINTS = Points(Space((FloatDimension.make("x", 0.0, 1.0),)))


def trial(number: int, state: TrialState, values: dict[int, float], **attributes: Any) -> FrozenTrial:
    made = create_trial(
        state=state,
        value=max(values.values()) if state == TrialState.COMPLETE else None,
        params={"x": number / 10},
        distributions={"x": FloatDistribution(0, 1)},
        intermediate_values=values,
        user_attrs=attributes,
    )
    made.number = number
    return made


def places(trials: list[FrozenTrial], maximize: bool = True) -> dict[int, float | None]:
    """By the number of each trial that counts; None: it is pending."""
    found = Evidence.of(trials, POINTS, maximize)
    numbers = np.round(found.points[:, 0] * 10).astype(int)
    return {int(n): None if math.isnan(p) else p for n, p in zip(numbers, found.places, strict=True)}


def test_stopped_paused_and_complete_trials_are_ranked_together() -> None:
    trials = [
        trial(0, TrialState.COMPLETE, {1: 0.5, 2: 0.6}),
        trial(1, TrialState.PRUNED, {1: 0.7}, outcome={"cause": "scheduler"}),
        trial(2, TrialState.RUNNING, {1: 0.6}, **{PAUSED: True}),
        trial(3, TrialState.RUNNING, {1: 0.9}, **{PAUSED: False}),
    ]
    assert places(trials) == {1: 0, 2: 1, 0: 2, 3: None}
    assert places(trials, maximize=False) == {0: 0, 2: 1, 1: 2, 3: None}
    assert Evidence.of(trials, POINTS, True).told == 3


def test_what_is_paused_before_its_first_evaluation_is_pending() -> None:
    assert places([trial(0, TrialState.RUNNING, {}, **{PAUSED: True})]) == {0: None}


@pytest.mark.parametrize("cause", ["diverged", "out_of_memory", "infeasible"])
def test_what_cannot_work_is_last_whatever_it_reached(cause: str) -> None:
    trials = [trial(0, TrialState.PRUNED, {1: 0.9}, outcome={"cause": cause}), trial(1, TrialState.COMPLETE, {1: 0.1})]
    assert places(trials) == {1: 0, 0: 1}
    assert Evidence.of(trials, POINTS, True).told == 2


def test_what_never_had_a_finite_value_is_last() -> None:
    trials = [trial(0, TrialState.PRUNED, {1: math.nan}), trial(1, TrialState.PRUNED, {1: 0.1, 2: math.inf})]
    assert places(trials) == {1: 0, 0: 1}


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause.state.optuna == TrialState.FAIL])
def test_failures_say_nothing(cause: Cause) -> None:
    failed = trial(0, TrialState.FAIL, {1: 0.9}, **{OUTCOME_ATTR: {"cause": cause.value}})
    assert places([failed, trial(1, TrialState.COMPLETE, {1: 0.1})]) == {1: 0}


def test_lengths_are_in_epochs_where_the_ledger_says_them() -> None:
    """With half the batch size, an epoch has twice the steps."""
    one = trial(0, TrialState.PRUNED, {10: 0.1, 20: 0.3}, **{"evaluation:000000020": {"epoch": 2.0}})
    two = trial(1, TrialState.PRUNED, {20: 0.2, 40: 0.2}, **{"evaluation:000000040": {"epoch": 2.0}})
    curves = [curve_of(found, maximize=True) for found in (one, two)]
    assert [curve.lengths for curve in curves if curve] == [(1.0, 2.0), (1.0, 2.0)]
    assert [curve.losses for curve in curves if curve] == [(-0.1, -0.3), (-0.2, -0.2)]


def test_few_long_trials_do_not_decide_alone() -> None:
    short = [trial(n, TrialState.PRUNED, {1: n / 10}) for n in range(8)]
    long = [trial(n, TrialState.COMPLETE, {1: 0.05, 2: 1.0 + n}) for n in (8, 9)]
    assert places([*short, *long])[7] == 0, "at 1, since only two came to 2"
    more = [trial(n, TrialState.COMPLETE, {1: 0.05, 2: 1.0 + n}) for n in range(4)]
    assert set(places([*short[4:], *more])) == {0, 1, 2, 3}, "four, one dimension and three more, are enough"
