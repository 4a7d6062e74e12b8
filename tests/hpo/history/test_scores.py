"""Scores compare trials by what was known at the length that both reached."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.history.scores import scores, wins


def test_complete_trials_are_ranked_by_their_best_value() -> None:
    curves = [[(0.5, 0.9), (1.0, 0.1)], [(0.5, 0.2), (1.0, 0.5)], [(0.5, 0.3), (1.0, 0.7)]]
    assert scores(curves, [True] * 3, [False] * 3) == pytest.approx([1.0, 0.0, 0.5])
    assert scores(curves, [True] * 3, [False] * 3, by_last=True) == pytest.approx([0.0, 0.5, 1.0])


def test_a_pruned_trial_is_compared_at_the_length_where_it_ended() -> None:
    slow, pruned = [(0.5, 0.1), (1.0, 0.9)], [(0.5, 0.2)]
    assert wins([slow, pruned], [True, False], [False, False])[1, 0] == 1
    assert wins([slow, pruned], [True, True], [False, False])[1, 0] == 0  # Complete at half the length: it stays 0.2.


def test_a_configuration_that_cannot_work_loses_to_every_other() -> None:
    found = scores([[(0.5, 9.0)], [(1.0, 0.1)], []], [False, True, False], [True, False, True])
    assert found == pytest.approx([0.0, 1.0, 0.0])


def test_ties_count_half_and_one_alone_says_nothing() -> None:
    assert scores([[(1.0, 0.3)]] * 2, [True] * 2, [False] * 2) == pytest.approx([0.5, 0.5])
    assert scores([[(1.0, 0.3)]], [True], [False]) == pytest.approx([0.5])
    assert scores([], [], []).shape == (0,)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), min_size=2, max_size=12))
def test_who_wins_is_settled_for_every_pair_and_free_of_the_unit(values: list[list[float]]) -> None:
    curves = [[((index + 1) / 5, value) for index, value in enumerate(row)] for row in values]
    whole = [len(row) == 5 for row in values]
    found = wins(curves, whole, [False] * len(values))
    assert np.allclose(found + found.T, 1.0)
    doubled = [[(at, 2 * value) for at, value in row] for row in curves]
    assert np.array_equal(found, wins(doubled, whole, [False] * len(values)))
