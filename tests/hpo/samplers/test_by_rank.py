import math
from typing import Any

import pytest
from optuna.distributions import FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.ledger.record import PAUSED
from hpo.samplers.by_rank import ranked_as_complete

UP, DOWN = StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE


def trial(
    number: int, state: TrialState, values: dict[int, float], cause: str = "scheduler", **more: Any
) -> FrozenTrial:
    made = create_trial(
        state=state,
        value=values[max(values)] if state == TrialState.COMPLETE else None,
        params={"x": 0.5},
        distributions={"x": FloatDistribution(0, 1)},
        intermediate_values=values,
        user_attrs={"outcome": {"cause": cause}, **more},
    )
    made.number = number
    return made


HISTORY = [
    trial(0, TrialState.COMPLETE, {1: 0.3, 2: 0.9}),
    trial(1, TrialState.PRUNED, {1: 0.2, 2: 0.4}),
    trial(2, TrialState.PRUNED, {1: 0.1, 2: math.nan}),
    trial(3, TrialState.PRUNED, {1: 0.8}, "diverged"),
    trial(4, TrialState.PRUNED, {}, "out_of_memory"),
    trial(5, TrialState.FAIL, {1: 0.7}, "lost"),
    trial(6, TrialState.RUNNING, {1: 0.5}, **{PAUSED: True}),
    trial(7, TrialState.RUNNING, {1: 0.6}),
]


@pytest.mark.parametrize(("direction", "values"), [(UP, [-1, -2, -3, -5, -5, 0]), (DOWN, [2, 1, 0, 5, 5, 3])])
def test_places_are_at_one_length_and_what_cannot_work_is_last(direction: StudyDirection, values: list[int]) -> None:
    """Four with a result, one dimension and three more, are enough: after one step, all of them have come there."""
    seen = ranked_as_complete(HISTORY, direction)
    assert [t.value for t in seen if t.state == TrialState.COMPLETE] == values
    assert [t.number for t in seen if t.state != TrialState.COMPLETE] == [5, 7]


def test_who_did_not_come_so_far_is_behind() -> None:
    longer = [trial(number, TrialState.COMPLETE, {1: 0.0, 2: number / 100}) for number in range(10, 14)]
    seen = {t.number: t.value for t in ranked_as_complete([*HISTORY, *longer], DOWN)}
    assert seen[2] == seen[6] == 8, "as equals behind six that came to 2 steps"
    assert seen[3] == 9
    assert (seen[10], seen[13], seen[1]) == (0, 3, 4)


def test_the_trials_themselves_are_not_changed() -> None:
    before = repr(HISTORY)
    ranked_as_complete(HISTORY, UP)
    assert repr(HISTORY) == before


def test_there_may_be_none() -> None:
    assert ranked_as_complete([], UP) == []
