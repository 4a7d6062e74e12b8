import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hpo.aims import best_first, front_ranks

# Few different values, so that ties and equal trials are common.
LOSSES = st.tuples(st.integers(1, 12), st.integers(1, 3)).flatmap(
    lambda shape: arrays(float, shape, elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, np.inf]))
)


def dominates(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one <= other).all() and (one < other).any())


@given(LOSSES)
def test_ranks_peel_one_front_after_the_other(losses: np.ndarray) -> None:
    ranks = front_ranks(losses)
    left = list(range(len(losses)))
    for rank in range(int(ranks.max()) + 1):
        front = [i for i in left if not any(dominates(losses[j], losses[i]) for j in left)]
        assert [i for i in left if ranks[i] == rank] == front
        left = [i for i in left if i not in front]
    assert left == []


@given(LOSSES)
def test_the_order_has_every_trial_once_and_the_fronts_in_turn(losses: np.ndarray) -> None:
    order, ranks = best_first(losses), front_ranks(losses)
    assert sorted(order) == list(range(len(losses)))
    assert [ranks[place] for place in order] == sorted(ranks)


@given(LOSSES)
def test_the_best_by_the_first_aim_leads(losses: np.ndarray) -> None:
    assert losses[best_first(losses)[0], 0] == losses[:, 0].min()


def test_within_a_front_the_ends_come_before_the_middle() -> None:
    assert best_first([[0.0, 10.0], [4.9, 5.2], [5.0, 5.1], [10.0, 0.0]])[:3] == [0, 3, 2]


@given(LOSSES, st.integers(0, 13))
def test_fewer_are_the_first_of_all(losses: np.ndarray, count: int) -> None:
    assert best_first(losses, count) == best_first(losses)[:count]


def test_one_aim_is_a_plain_order() -> None:
    assert best_first([[3.0], [1.0], [2.0]]) == [1, 2, 0]


def test_no_trials_have_no_ranks() -> None:
    assert best_first(np.empty((0, 2))) == []
    assert front_ranks(np.empty((0, 2))).tolist() == []
