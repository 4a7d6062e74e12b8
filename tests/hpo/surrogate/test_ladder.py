import itertools

import pytest

from hpo.surrogate import Ladder


def test_rungs_rise_by_half_and_end_at_the_whole() -> None:
    rungs = Ladder.between(1, 50).rungs
    assert (rungs[0], rungs[-1], len(rungs)) == (1, 50, 10)
    assert all(after / before >= 1.5 - 1e-9 or after - before >= 0.9 for before, after in itertools.pairwise(rungs))


@pytest.mark.parametrize(("first", "end", "rungs"), [(1, 1, (1,)), (1, 3, (1, 2, 3)), (4, 2, (2,)), (1, 2, (1, 2))])
def test_short_ladders(first: float, end: float, rungs: tuple[float, ...]) -> None:
    assert Ladder.between(first, end).rungs == pytest.approx(rungs)


def test_rungs_are_counted_up_to_a_length() -> None:
    ladder = Ladder((1.0, 2.0, 4.0))
    assert [ladder.reached(length) for length in (0.5, 1, 1.9, 2, 9)] == [0, 1, 1, 2, 3]


def test_rungs_below_are_left_out_but_the_last_one_stays() -> None:
    assert Ladder((1.0, 2.0, 4.0)).above(1).rungs == (2.0, 4.0)
    assert Ladder((1.0, 2.0, 4.0)).above(9).rungs == (4.0,)
