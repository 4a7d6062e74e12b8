import numpy as np

from hpo.history import History, PastSweep
from hpo.space import Space
from hpo.surrogate import Ladder, Line, foretold, trusted
from hpo.surrogate.guard import correlations

LADDER = Ladder((1.0, 2.0, 4.0, 9.0))


def line(scores: list[float], whole: bool = True) -> Line:
    return Line({}, dict(zip((1.0, 2.0, 4.0, 9.0), scores, strict=False)), whole=whole)


def test_nothing_is_said_before_three_whole_trainings() -> None:
    lines = [line([1, 2, 3, 4]), line([4, 3, 2, 1]), line([9, 9], whole=False)]
    assert correlations(lines, LADDER) is None
    assert trusted(lines, LADDER) is LADDER


def test_rungs_that_foretell_the_end_are_kept() -> None:
    lines = [line([n, n, n, n]) for n in range(5)]
    found = correlations(lines, LADDER)
    assert found is not None
    assert np.allclose(found, 1)
    assert trusted(lines, LADDER) == LADDER


def test_a_first_rung_that_misleads_is_left_out() -> None:
    lines = [line([-n, n, n, n]) for n in range(5)]
    assert trusted(lines, LADDER).rungs == (2.0, 4.0, 9.0)


def test_where_only_late_rungs_foretell_none_is_gone_by() -> None:
    lines = [line([-n, -n, n, n]) for n in range(5)]
    assert trusted(lines, LADDER).rungs == (9.0,)


def test_bad_trials_do_not_count() -> None:
    lines = [line([n, n, n, n]) for n in range(2)] + [Line({}, {1.0: 5.0}, bad=True, whole=True)]
    assert correlations(lines, LADDER) is None


def earlier(curves: np.ndarray, maximize: bool = True) -> History:
    sweep = PastSweep.from_arrays("earlier", [{}] * len(curves), curves, maximize=maximize)
    return History(Space(()), (sweep,))


def test_earlier_sweeps_foretell_the_correlations_whichever_way_is_better() -> None:
    curves = np.array([[-n, n, n] for n in range(12)], dtype=float)
    for maximize in (True, False):
        assert np.allclose(foretold(earlier(curves, maximize), LADDER), [-1, -1, 1])  # type: ignore[arg-type]
    assert foretold(earlier(curves[:9]), LADDER) is None


def test_what_is_foretold_counts_until_enough_is_known() -> None:
    expected = np.ones(3)
    misleading = [line([-n, -n, -n, n]) for n in range(40)]
    assert trusted(misleading[:5], LADDER, expected) == LADDER
    assert trusted(misleading[:40], LADDER, expected).rungs == (9.0,)
    assert trusted(misleading[:5], LADDER).rungs == (9.0,)
