"""Configurations as points, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.history import anywhere, near
from hpo.history.points import Cube, fitted, from_unit, still_in, unit
from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from tests.hpo.history.toys import MIXED, SPACE

NUMBERS = (
    FloatDimension.make("a", 1e-5, 1e-1, log=True),
    FloatDimension.make("b", 0.0, 0.3, step=0.1),
    IntDimension.make("c", 1, 9, step=2),
    IntDimension.make("d", 1, 100, log=True),
)


@pytest.mark.parametrize("dimension", NUMBERS, ids=lambda d: d.name)
@given(place=st.floats(0, 1))
def test_every_place_is_a_value_and_its_own_place(dimension: FloatDimension | IntDimension, place: float) -> None:
    value = from_unit(dimension, place)
    assert dimension.contains(value)
    assert from_unit(dimension, unit(dimension, value)) == value


@given(st.integers(0, 10_000))
def test_draws_are_points_of_the_space(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = anywhere(MIXED, rng)
    assert MIXED.contains(one) == []
    assert MIXED.contains(near(MIXED, one, rng)) == []


def test_near_is_nearer_than_anywhere() -> None:
    rng, cube = np.random.default_rng(0), Cube(SPACE)
    one = anywhere(SPACE, rng)
    there = cube.points([one])
    distances = [
        np.linalg.norm(cube.points([draw(rng) for _ in range(50)]) - there, axis=1).mean()
        for draw in (lambda rng: near(SPACE, one, rng), lambda rng: anywhere(SPACE, rng))
    ]
    assert distances[0] < distances[1] / 2


def test_choices_are_one_apart_and_an_unknown_number_in_the_middle() -> None:
    points = Cube(MIXED).points([{"tuning": "full", "train.weight_decay": 0.0}, {"tuning": "lora"}])
    assert np.linalg.norm(points[0, :2] - points[1, :2]) == pytest.approx(1.0)
    assert (points[0, 2], points[1, 2]) == (0.0, 0.5)


def test_what_is_a_little_outside_is_evidence_and_what_is_far_is_not() -> None:
    assert fitted(SPACE, {"train.learning_rate": 1e-6, "data.seed": 3}) == {"train.learning_rate": 1e-6}
    assert fitted(SPACE, {"train.learning_rate": 1e-9, "train.weight_decay": 0.1}) is None
    assert fitted(MIXED, {"tuning": "ia3", "train.weight_decay": 0.1}) is None
    assert fitted(MIXED, {"tuning": "full", "tuning.rank": 8}) == {"tuning": "full"}
    assert fitted(SPACE, {"other.key": 1}) is None


def test_a_trial_from_before_a_change_of_the_space_is_what_is_left_of_it_or_nothing() -> None:
    stored = {"train.learning_rate": 1e-2, "train.weight_decay": 0.5, "train.label_smoothing": 0.1}
    assert still_in(SPACE, stored) == stored
    fewer = Space(SPACE.dimensions[:2])
    assert still_in(fewer, stored) == {"train.learning_rate": 1e-2, "train.weight_decay": 0.5}
    narrower = Space((FloatDimension.make("train.learning_rate", 1e-5, 1e-3, log=True),))
    assert still_in(narrower, stored) is None
    assert still_in(narrower, {"train.learning_rate": 1e-3 * (1 + 1e-15)}) == {"train.learning_rate": 1e-3}
    assert still_in(MIXED, {"tuning": "full", "tuning.targets": '["q","v"]'}) == {
        "tuning": "full",
        "tuning.targets": ["q", "v"],
    }
    assert still_in(Space((CategoricalDimension("tuning", choices=("full",)),)), {"tuning": "lora"}) is None


@given(seed=st.integers(0, 10_000))
def test_every_point_of_a_space_is_still_in_it(seed: int) -> None:
    one = anywhere(MIXED, np.random.default_rng(seed))
    assert still_in(MIXED, MIXED.encode(one)) == one
