import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpo.samplers.ranks import Curve, ranks


def curve(*losses: float, whole: bool = False) -> Curve:
    return Curve(tuple(float(n) for n in range(1, len(losses) + 1)), losses, whole)


def places(curves: list[Curve], enough: int) -> list[float | None]:
    return [None if math.isnan(place) else place for place in ranks(curves, enough).places]


def test_trials_are_compared_where_enough_of_them_came() -> None:
    curves = [curve(0.9, 0.5, 0.1), curve(0.8, 0.6), curve(0.7), curve(0.95, 0.4)]
    assert ranks(curves, 3).length == 2.0
    assert places(curves, 3) == [1, 2, None, 0], "after 2 epochs; the third did not come so far"
    assert places(curves, 4) == [2, 1, 0, 3], "after 1"
    assert places(curves, 9) == [2, 1, 0, 3], "all there are"
    assert places(curves, 1) == [0, None, None, None]


def test_a_stopped_trial_that_was_better_is_ranked_better() -> None:
    complete, stopped = curve(0.8, 0.7, 0.6, whole=True), curve(0.5)
    assert places([complete, stopped], 2) == [1, 0]


def test_a_result_counts_at_any_length() -> None:
    early, late = curve(0.4, whole=True), curve(0.9, 0.8, 0.3, whole=True)
    assert ranks([early, late, curve(0.1)], 2).length == 3.0
    assert places([early, late, curve(0.1)], 2) == [1, 0, None]
    assert places([early, late, curve(0.1, 0.1, 0.1)], 2) == [2, 1, 0], "stopped, but as long as the longest"


def test_of_equals_the_first_is_better_and_nothing_is_no_trouble() -> None:
    assert places([curve(0.5), curve(0.5)], 2) == [0, 1]
    assert places([], 3) == []


LOSSES = st.lists(st.floats(0, 1), min_size=1, max_size=5)


@given(st.lists(st.tuples(LOSSES, st.booleans()), min_size=1, max_size=20), st.integers(1, 25))
def test_places_are_a_permutation_of_at_least_enough(drawn: list[tuple[list[float], bool]], enough: int) -> None:
    curves = [curve(*np.minimum.accumulate(losses).tolist(), whole=whole) for losses, whole in drawn]
    found = ranks(curves, enough)
    counted = found.places[~np.isnan(found.places)]
    assert sorted(counted) == list(range(len(counted)))
    assert len(counted) >= min(enough, len(curves))
