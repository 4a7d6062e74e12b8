"""The density is one: checked by sums over the whole of a space with branches."""

import itertools
import math

import numpy as np
import pytest

from hpo.samplers.parzen import Parzen
from hpo.samplers.points import Points
from hpo.space import CategoricalDimension, Condition, FloatDimension, Space
from hpo.space.prior import ChoicePrior, NumberPrior


def space(believed: bool = False) -> Space:
    kind = ChoicePrior((1.0, 3.0)) if believed else None
    rate = NumberPrior(1e-3, 3.0) if believed else None
    return Space(
        (
            CategoricalDimension("kind", prior=kind, choices=("a", "b")),
            FloatDimension("rate", prior=rate, ends=FloatDimension.make("_", 1e-5, 1e-1, log=True).ends),
            FloatDimension("drop", (Condition("kind", values=("b",)),), ends=FloatDimension.make("_", 0, 1).ends),
        )
    )


TRIALS = [{"kind": "a", "rate": 1e-4}, {"kind": "b", "rate": 1e-3, "drop": 0.2}, {"kind": "b", "rate": 0.1, "drop": 0}]


def density(of: Space, trials: int, believed: bool) -> Parzen:
    points = Points(of)
    return Parzen(points, points.of(TRIALS[:trials]), believed=believed)


@pytest.mark.parametrize("believed", [False, True])
@pytest.mark.parametrize("trials", [0, 1, 3])
def test_it_sums_to_one_over_all_branches(trials: int, believed: bool) -> None:
    found, middles = density(space(believed), trials, believed), (np.arange(200) + 0.5) / 200
    a = np.array([[0.0, rate, math.nan] for rate in middles])
    b = np.array([[1.0, rate, drop] for rate, drop in itertools.product(middles, middles)])
    whole = (np.exp(found.log_density(a)).mean() + np.exp(found.log_density(b)).mean()) / 2
    assert whole == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("believed", [False, True])
def test_draws_are_as_likely_as_the_density_says(believed: bool) -> None:
    found, rng = density(space(believed), 3, believed), np.random.default_rng(0)
    drawn = found.draw(rng, 4000, {})
    rows = found.points.of(drawn)
    middles = (np.arange(100) + 0.5) / 100
    of_a = np.exp(found.log_density(np.array([[0.0, rate, math.nan] for rate in middles]))) / 2
    assert np.mean(rows[:, 0] == 0) == pytest.approx(of_a.mean(), abs=0.03)
    shares = [np.mean((rows[:, 0] == 0) & (rows[:, 1] >= low) & (rows[:, 1] < low + 0.25)) for low in (0, 0.25, 0.5)]
    assert shares == pytest.approx(of_a.reshape(4, 25).mean(axis=1)[:3] / 4, abs=0.03)


def test_draws_are_points_of_the_space_with_what_is_known() -> None:
    of = space()
    found, rng = density(of, 3, False), np.random.default_rng(0)
    for known in ({}, {"kind": "a"}, {"kind": "b", "drop": 0.5}, {"rate": 1e-2}):
        for params in found.draw(rng, 20, known):
            assert of.contains(params) == []
            assert params.items() >= known.items()


def test_what_is_known_says_which_trials_are_alike() -> None:
    found = density(space(), 3, False)
    near = [params["drop"] for params in found.draw(np.random.default_rng(0), 300, {"kind": "b", "rate": 1e-3})]
    far = [params["drop"] for params in found.draw(np.random.default_rng(0), 300, {"kind": "b", "rate": 0.1})]
    assert np.mean(near) > np.mean(far)


def test_true_is_not_one() -> None:
    points = Points(Space((CategoricalDimension("x", choices=(1, True, None)),)))
    rows = points.of([{"x": 1}, {"x": True}, {"x": None}, {}, {"x": 2}])
    assert rows[:3, 0].tolist() == [0, 1, 2]
    assert np.isnan(rows[3:, 0]).all()
