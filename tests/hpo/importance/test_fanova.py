import time

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.importance import FanovaImportanceEvaluator

from hpo.importance.fanova import fanova


def planted(trials: int, dimensions: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = rng.random((trials, dimensions))
    return points, 3 * points[:, 0] ** 2 + 0.5 * points[:, 1] + rng.normal(0, 0.02, trials)


def test_equals_optunas_own() -> None:
    points, values = planted(60, 4)
    names = [f"x{j}" for j in range(4)]
    distributions = dict.fromkeys(names, FloatDistribution(0, 1))
    study = optuna.create_study()
    for point, value in zip(points, values, strict=True):
        params = dict(zip(names, map(float, point), strict=True))
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=float(value)))
    theirs = FanovaImportanceEvaluator(n_trees=64, seed=3).evaluate(study)
    ours = fanova(points, values, seed=3, min_leaf=1).each
    assert ours == pytest.approx([theirs[name] for name in names], abs=1e-6)


def test_shares_of_an_additive_function_are_its_variances() -> None:
    points, values = planted(2000, 3)
    first, second = 9 * (1 / 5 - 1 / 9), 0.25 / 12
    shares = fanova(points, values, seed=0).each
    assert shares == pytest.approx([first / (first + second), second / (first + second), 0], abs=0.02)


def test_crowded_trials_count_no_more_than_the_others() -> None:
    """As a sampler that has found the good part crowds there: in the first dimension, near 0.5."""
    rng = np.random.default_rng(0)
    points = rng.random((800, 2))
    points[200:, 0] = 0.5 + 0.02 * rng.standard_normal(600)
    shares = fanova(points, points[:, 0] + points[:, 1], seed=0).each
    assert shares == pytest.approx([0.5, 0.5], abs=0.06)


def test_noise_is_known_as_noise_and_a_combination_is_nobodys_own() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((100, 3))
    assert fanova(points, rng.random(100), seed=0).explained < 0.1
    both = fanova(rng.random((1000, 2)), np.zeros(1000), seed=0)
    assert list(both.each) == [0, 0]
    points = rng.random((1500, 2))
    together = fanova(points, ((points[:, 0] > 0.5) ^ (points[:, 1] > 0.5)).astype(float), seed=0)
    assert together.each.sum() < 0.2
    assert together.explained > 0.8


def test_a_thousand_trials_take_less_than_two_seconds() -> None:
    points, values = planted(1000, 8)
    fanova(points[:20], values[:20], seed=0)  # scikit-learn is imported.
    begin = time.process_time()
    fanova(points, values, seed=0)
    assert time.process_time() - begin < 2
