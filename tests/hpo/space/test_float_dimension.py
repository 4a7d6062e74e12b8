import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.space import FloatDimension
from tests.contract.dimension_contract import DimensionContract


class TestLinear(DimensionContract):
    @pytest.fixture
    def dimension(self) -> FloatDimension:
        return FloatDimension.make("train.weight_decay", 0.0, 0.1)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [-1e-9, 0.10001, math.nan, math.inf, None, True, "0.05", [0.05]]


class TestLog(DimensionContract):
    @pytest.fixture
    def dimension(self) -> FloatDimension:
        return FloatDimension.make("train.learning_rate", 1e-5, 1e-3, log=True)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [0.0, 9.99e-6, 1.01e-3]


class TestStep(DimensionContract):
    @pytest.fixture
    def dimension(self) -> FloatDimension:
        return FloatDimension.make("train.weight_decay", 0.0, 0.1, step=0.01)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [0.005, 0.11, -0.01]


def test_grid_values_have_no_rounding_error() -> None:
    values = list(FloatDimension.make("x.y", 0.0, 0.1, step=0.01).values())
    assert values == [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1]


@given(low=st.integers(-50, 50), steps=st.integers(1, 200), step=st.sampled_from([0.1, 0.01, 0.05, 0.25, 0.3, 1.0]))
def test_both_ends_of_a_stepped_range_are_in_it(low: int, steps: int, step: float) -> None:
    bottom = low * step
    dimension = FloatDimension.make("x.y", bottom, bottom + steps * step, step=step)
    values = list(dimension.values())
    assert len(values) == steps + 1
    assert values[0] == pytest.approx(bottom)
    assert values[-1] == pytest.approx(bottom + steps * step)
    assert all(dimension.decode(dimension.encode(value)) == value for value in values)
    assert values == sorted(set(values))


@given(exponent=st.floats(-8, 0), width=st.floats(0.01, 6), at=st.floats(0, 1))
def test_log_ends_are_inclusive_and_rounding_stays_inside(exponent: float, width: float, at: float) -> None:
    low, high = 10**exponent, 10 ** (exponent + width)
    dimension = FloatDimension.make("x.y", low, high, log=True)
    assert dimension.contains(low)
    assert dimension.contains(high)
    assert dimension.contains(dimension.decode(math.exp(math.log(low) + at * (math.log(high) - math.log(low)))))


@pytest.mark.parametrize(
    ("low", "high", "reached"),
    [(None, 0.0, True), (0.1, None, True), (0.011, 0.019, False), (0.011, 0.02, True), (0.2, None, False)],
)
def test_reaches_looks_at_grid_values(low: float | None, high: float | None, reached: bool) -> None:
    assert FloatDimension.make("x.y", 0.0, 0.1, step=0.01).reaches(low, high) is reached
