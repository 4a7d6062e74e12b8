from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.space import CategoricalDimension
from hpo.space.categorical import stored_form
from tests.contract.dimension_contract import DimensionContract


class TestScalars(DimensionContract):
    @pytest.fixture
    def dimension(self) -> CategoricalDimension:
        return CategoricalDimension("train.early_stopping_patience", choices=(None, 2, 3))

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [1, "null", "2", False, [2]]


class TestBooleans(DimensionContract):
    @pytest.fixture
    def dimension(self) -> CategoricalDimension:
        return CategoricalDimension("train.length_bucketing", choices=(True, False))

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [1, 0, "true", None]


class TestLists(DimensionContract):
    @pytest.fixture
    def dimension(self) -> CategoricalDimension:
        return CategoricalDimension("tuning.targets", choices=(["query", "value"], ["query", "key", "value"], None))

    @pytest.fixture
    def outside(self) -> list[Any]:
        return [["query"], ["value", "query"], "query"]


class TestGroup(DimensionContract):
    @pytest.fixture
    def dimension(self) -> CategoricalDimension:
        return CategoricalDimension("tuning", choices=("full", "lora"), group=True)

    @pytest.fixture
    def outside(self) -> list[Any]:
        return ["lra", None]


@given(st.lists(st.lists(st.text(max_size=4), max_size=3), min_size=1, max_size=5, unique_by=tuple))
def test_any_lists_come_back(choices: list[list[str]]) -> None:
    dimension = CategoricalDimension("x.y", choices=tuple(choices))
    assert [dimension.decode(dimension.encode(choice)) for choice in choices] == choices
    assert dimension.distribution.choices == tuple(stored_form(choice) for choice in choices)
