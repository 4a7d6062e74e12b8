"""The statistics of a few values: against SciPy's own tests, and by simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hpo.confirm.statistics import difference, holm, interval

VALUES = st.lists(st.floats(-1e3, 1e3).map(lambda value: round(value, 6)), min_size=2, max_size=8)


@given(VALUES, st.floats(0.5, 0.999))
def test_interval_is_scipys_and_lies_around_the_mean(values: list[float], level: float) -> None:
    found = interval(values, level)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.mean <= found.high
    assert found.mean - found.low == pytest.approx(found.high - found.mean, abs=1e-9)
    if np.std(values) > 1e-6:
        low, high = stats.t.interval(level, len(values) - 1, np.mean(values), stats.sem(values))
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


def test_one_value_has_no_interval() -> None:
    assert interval([0.5], 0.95).low is None


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_holds_the_true_mean_as_often_as_it_says(count: int, level: float) -> None:
    """4,000 draws: the share is within three standard deviations of the level."""
    rng, repeats = np.random.default_rng(count), 4000
    drawn = rng.normal(0.7, 0.02, (repeats, count))
    found = [interval(list(row), level) for row in drawn]
    held = sum(one.low <= 0.7 <= one.high for one in found if one.low is not None and one.high is not None)
    assert abs(held / repeats - level) < 3 * (level * (1 - level) / repeats) ** 0.5


@given(VALUES, VALUES)
def test_difference_is_welchs_and_the_same_both_ways(one: list[float], other: list[float]) -> None:
    found = difference(one, other)
    assert 0 <= found <= 1
    assert found == pytest.approx(difference(other, one), abs=1e-12)
    if np.std(one) > 1e-6 and np.std(other) > 1e-6:
        assert found == pytest.approx(stats.ttest_ind(one, other, equal_var=False).pvalue, abs=1e-6)


def test_difference_of_values_without_spread_and_of_too_few() -> None:
    assert difference([0.5, 0.5], [0.5, 0.5]) == 1
    assert difference([0.5, 0.5], [0.6, 0.6]) == 1
    assert difference([0.5, 0.5], [0.61, 0.6]) < 0.05
    assert difference([0.5], [0.9, 0.8]) == 1


def test_equal_configurations_are_seldom_told_apart_and_distant_ones_often() -> None:
    """At a level of 0.95 and three values each: at most 1 in 20 of the equal ones, most of those five spreads apart."""
    rng = np.random.default_rng(0)
    pairs = rng.normal(0, 1, (2000, 2, 3))
    wrongly = np.mean([difference(list(a), list(b)) < 0.05 for a, b in pairs])
    rightly = np.mean([difference(list(a), list(b + 5)) < 0.05 for a, b in pairs])
    assert wrongly <= 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5
    assert rightly > 0.8


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lies_between_plain_and_bonferroni(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for plain, held in zip(p_values, adjusted, strict=True):
        assert plain <= held <= min(1.0, len(p_values) * plain)
    order = np.argsort(p_values, kind="stable")
    assert all(adjusted[a] <= adjusted[b] for a, b in itertools.pairwise(order))


def test_holm_by_hand() -> None:
    """Two of four hold at 0.05: 4 times 0.01 and 3 times 0.013; 2 times 0.03 does not."""
    assert holm([0.03, 0.01, 0.013, 0.9]) == pytest.approx([0.06, 0.04, 0.04, 0.9])


def test_holm_of_equal_configurations_errs_in_one_family_of_twenty() -> None:
    rng = np.random.default_rng(1)
    wrongly = np.mean([min(holm(list(rng.uniform(size=4)))) <= 0.05 for _ in range(4000)])
    assert wrongly <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
