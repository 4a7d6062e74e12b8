"""What every kind of dimension must hold. A test class inherits this and gives the fixture `dimension`."""

import json
from typing import Any

import optuna
import pytest
from optuna.distributions import check_distribution_compatibility, distribution_to_json, json_to_distribution

from hpo.space import Dimension, Space, space_from_dict, space_to_dict


def drawn(dimension: Dimension, count: int = 200) -> list[Any]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [dimension.suggest(study.ask()) for _ in range(count)]


class DimensionContract:
    """Inherit, and give `dimension` and `outside` (values that are not in it)."""

    @pytest.fixture
    def dimension(self) -> Dimension:
        pytest.fail("the class that inherits this gives its own")

    @pytest.fixture
    def outside(self) -> list[Any]:
        pytest.fail("the class that inherits this gives its own")

    def test_suggested_values_are_inside(self, dimension: Dimension) -> None:
        assert all(dimension.contains(value) for value in drawn(dimension))

    def test_encode_and_decode_are_inverse(self, dimension: Dimension) -> None:
        for value in drawn(dimension):
            assert dimension.decode(dimension.encode(value)) == value
            assert dimension.encode(dimension.decode(dimension.encode(value))) == dimension.encode(value)

    def test_the_stored_form_is_in_the_distribution(self, dimension: Dimension) -> None:
        for value in drawn(dimension, 50):
            stored = dimension.encode(value)
            assert dimension.distribution._contains(dimension.distribution.to_internal_repr(stored))

    def test_the_stored_form_survives_json(self, dimension: Dimension) -> None:
        for value in drawn(dimension, 50):
            stored = json.loads(json.dumps(dimension.encode(value)))
            assert dimension.decode(stored) == value
            assert type(dimension.decode(stored)) is type(value)

    def test_what_is_outside_is_refused(self, dimension: Dimension, outside: list[Any]) -> None:
        for value in outside:
            assert not dimension.contains(value)
            with pytest.raises(ValueError, match="is not in"):
                dimension.encode(value)

    def test_size_counts_the_values(self, dimension: Dimension) -> None:
        if dimension.size is None:
            with pytest.raises(ValueError, match="cannot be listed"):
                dimension.values()
            return
        values = list(dimension.values())
        assert len(values) == dimension.size
        assert all(dimension.contains(value) for value in values)
        assert not [value for value in drawn(dimension) if value not in values]

    def test_the_distribution_survives_optunas_json(self, dimension: Dimension) -> None:
        again = json_to_distribution(distribution_to_json(dimension.distribution))
        assert again == dimension.distribution
        check_distribution_compatibility(again, dimension.distribution)

    def test_the_space_around_it_survives_json(self, dimension: Dimension) -> None:
        space = Space((dimension,), {"train.seed": 3})
        assert space_from_dict(json.loads(json.dumps(space_to_dict(space)))) == space

    def test_it_says_what_it_is(self, dimension: Dimension) -> None:
        assert dimension.extent
        assert dimension.scale
        assert dimension.kind in ("float", "int", "categorical")
