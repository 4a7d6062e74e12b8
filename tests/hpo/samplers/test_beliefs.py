"""A belief that is right saves trials, and one that is wrong is given up."""

import dataclasses
import math
import statistics

import numpy as np
import optuna
import pytest
from scipy.stats import mannwhitneyu

from hpo.samplers import TPESpec, make_sampler
from hpo.space import FloatDimension, Space
from hpo.space.prior import NumberPrior
from tests.contract.studies import NUMERIC, memory_study, metric


@pytest.fixture(autouse=True)
def quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def believing(rate: float, decay: float) -> Space:
    """The space with beliefs about the two dimensions that matter; the best is at 1e-3 and 0.3."""
    priors = {"train.learning_rate": NumberPrior(rate, 2.0), "train.weight_decay": NumberPrior(decay, 0.1)}
    return Space(tuple(dataclasses.replace(d, prior=priors.get(d.name)) for d in NUMERIC.dimensions))


def best(space: Space, seed: int, trials: int) -> float:
    study, sampler = memory_study(), make_sampler(TPESpec(), space, seed)
    for _ in range(trials):
        trial = sampler.ask(study)
        study.tell(trial, metric(trial.params))
    return study.best_value


def test_a_right_belief_saves_trials() -> None:
    right, none = believing(1e-3, 0.3), NUMERIC
    believed = [best(right, seed, 12) for seed in range(16)]
    plain = [best(none, seed, 12) for seed in range(16)]
    assert mannwhitneyu(believed, plain, alternative="greater").pvalue < 0.01
    assert statistics.median(believed) > statistics.median(plain) / 3, "less than a third of the distance to the top, 0"


def test_a_wrong_belief_is_given_up() -> None:
    wrong = [best(believing(3e-5, 0.9), seed, 60) for seed in range(12)]
    plain = [best(NUMERIC, seed, 40) for seed in range(12)]
    assert statistics.median(wrong) > 2 * statistics.median(plain), "as near as without it, after half as many more"
    assert min(wrong) > -1.0, "the center that is believed in has -3.8"


def test_the_first_trials_are_drawn_as_believed() -> None:
    study, sampler = memory_study(), make_sampler(TPESpec(startup_trials=100), believing(1e-4, 0.1), 0)
    rates = [sampler.ask(study).params["train.learning_rate"] for _ in range(100)]
    near = np.mean([abs(math.log(rate / 1e-4)) < math.log(2) for rate in rates])
    assert near == pytest.approx(0.8 * 0.68 + 0.2 * 2 * math.log(2) / math.log(1e4), abs=0.12)
    assert max(rates) > 3e-3, "a fifth of the draws ignores the belief"


def test_a_belief_is_not_needed_for_every_dimension() -> None:
    one = FloatDimension.make("train.weight_decay", 0.0, 1.0)
    space = Space((dataclasses.replace(one, prior=NumberPrior(0.3, 0.05)), NUMERIC["train.epochs"]))
    study, sampler = memory_study(), make_sampler(TPESpec(startup_trials=3), space, 0)
    for _ in range(12):
        trial = sampler.ask(study)
        assert space.contains(space.decode(trial.params)) == []
        study.tell(trial, metric(trial.params))
