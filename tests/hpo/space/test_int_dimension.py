from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.space import IntDimension
from tests.contract.dimension_contract import DimensionContract


class TestLinear(DimensionContract):
    @pytest.fixture
    def dimension(self) -> IntDimension:
        return IntDimension.make("train.epochs", 1, 4)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [0, 5, 2.0, True, None, "2"]


class TestLog(DimensionContract):
    @pytest.fixture
    def dimension(self) -> IntDimension:
        return IntDimension.make("tuning.rank", 2, 64, log=True)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [1, 65]


class TestStep(DimensionContract):
    @pytest.fixture
    def dimension(self) -> IntDimension:
        return IntDimension.make("train.batch_size", 8, 64, step=8)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [4, 12, 72]


@given(low=st.integers(-100, 100), steps=st.integers(1, 50), step=st.integers(1, 9), data=st.data())
def test_reaches_agrees_with_the_values(low: int, steps: int, step: int, data: st.DataObject) -> None:
    dimension = IntDimension.make("x.y", low, low + steps * step, step=step)
    ends = sorted(data.draw(st.tuples(st.integers(-200, 700), st.integers(-200, 700))))
    assert dimension.reaches(*ends) == any(ends[0] <= value <= ends[1] for value in dimension.values())
    assert dimension.contains(low)
    assert dimension.contains(low + steps * step)
