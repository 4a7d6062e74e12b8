"""What earlier sweeps foretell, in the model."""

import numpy as np
import pytest

from hpo.history import anywhere
from hpo.history.points import Cube
from hpo.surrogate import Ladder, Line, Model
from hpo.surrogate.prior import SLOPE, Prior
from tests.hpo.history.toys import SPACE, history_of, past_sweeps, value

LADDER = Ladder.between(1, 9)
NOTHING = np.zeros(0)


def lines(count: int, sign: float = 1.0) -> list[Line]:
    rng = np.random.default_rng(7)
    drawn = [anywhere(SPACE, rng) for _ in range(count)]
    return [Line(one, {1.0: sign * value(one), 2.0: sign * value(one) + 0.1}) for one in drawn]


def slope(told: list[Line]) -> float:
    heights = np.array([list(line.curve.values())[-1] for line in told])
    heights = (heights - heights.mean()) / heights.std() if len(heights) else heights
    return Prior.of(history_of(past_sweeps(0)), told, np.arange(len(told)), heights).slope


def test_before_any_trial_the_earlier_sweeps_count_as_far_as_they_are_believed() -> None:
    history = history_of(past_sweeps(0))
    prior = Prior.of(history, [], NOTHING, NOTHING)
    assert prior.slope == pytest.approx(SLOPE * history.trust())
    rng = np.random.default_rng(1)
    drawn = [anywhere(SPACE, rng) for _ in range(100)]
    assert np.corrcoef(prior.heights(drawn), [value(one) for one in drawn])[0, 1] > 0.7


def test_it_fades_where_they_foretell_nothing_here() -> None:
    assert slope(lines(30)) > 0.5
    assert slope(lines(4, sign=-1.0)) < slope([])
    assert slope(lines(30, sign=-1.0)) == 0


def test_of_a_trial_the_last_observation_counts() -> None:
    history, told = history_of(past_sweeps(0)), lines(12)
    owner, last = np.repeat(np.arange(12), 2), np.random.default_rng(0).normal(size=12)
    heights = np.column_stack([-last, last]).ravel()
    assert Prior.of(history, told, owner, heights).slope == Prior.of(history, told, np.arange(12), last).slope


def test_trials_that_cannot_work_count_against_what_foretold_them() -> None:
    history, told = history_of(past_sweeps(0)), lines(12)
    best = sorted(told, key=lambda line: -value(line.params))[:4]
    broken = [Line(line.params, {}, bad=True) if line in best else line for line in told]
    trust = [Prior.of(history, some, NOTHING.astype(int), NOTHING).shares.max() for some in (told, broken)]
    assert trust[1] < trust[0]


def test_a_model_with_few_trials_finds_what_was_good_before() -> None:
    told, rng = lines(3), np.random.default_rng(2)
    fresh = [anywhere(SPACE, rng) for _ in range(100)]
    ends = [value(one) for one in fresh]
    cold, warm = (
        np.corrcoef(Model(Cube(SPACE), told, LADDER, history=history).ends([], fresh).mean, ends)[0, 1]
        for history in (None, history_of(past_sweeps(0)))
    )
    assert warm > 0.7
    assert warm > cold + 0.1


def test_a_model_after_many_trials_is_not_misled() -> None:
    told, rng = lines(40), np.random.default_rng(2)
    fresh = [anywhere(SPACE, rng) for _ in range(100)]
    ends = [value(one) for one in fresh]
    misled = Model(Cube(SPACE), told, LADDER, history=history_of(past_sweeps(0, sign=-1.0)))
    assert np.corrcoef(misled.ends([], fresh).mean, ends)[0, 1] > 0.8
