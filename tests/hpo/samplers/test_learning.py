"""Model-based samplers are better than random ones, also when schedulers stop most trials."""

import statistics

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState
from scipy.stats import mannwhitneyu

from hpo.samplers import OUTCOME_ATTR, CmaEsSpec, GPSpec, RandomSpec, SamplerSpec, TPESpec, make_sampler
from tests.contract.studies import NUMERIC, memory_study, metric


@pytest.fixture(autouse=True)
def quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def best(spec: SamplerSpec, seed: int, trials: int, parallel: int = 2) -> float:
    """The best metric of a search in which every second trial is pruned, honestly."""
    study, sampler, running = memory_study(), make_sampler(spec, NUMERIC, seed), list[optuna.Trial]()
    found = []
    for _ in range(trials):
        if len(running) == parallel:
            trial = running.pop(0)
            trial.report(metric(trial.params), 1)
            if trial.number % 2:
                study.tell(trial.number, state=TrialState.PRUNED)
            else:
                study.tell(trial.number, metric(trial.params))
        running.append(sampler.ask(study))
        found.append(metric(running[-1].params))
    return max(found)


@pytest.mark.parametrize(
    ("spec", "trials", "seeds"),
    [
        (TPESpec(startup_trials=8), 50, 20),
        (GPSpec(startup_trials=8), 18, 6),
        (CmaEsSpec(), 60, 20),
    ],
    ids=["tpe", "gp", "cmaes"],
)
def test_better_than_random(spec: SamplerSpec, trials: int, seeds: int) -> None:
    learned = [best(spec, seed, trials) for seed in range(seeds)]
    by_chance = [best(RandomSpec(), seed, trials) for seed in range(20)]
    chance = mannwhitneyu(learned, by_chance, alternative="greater").pvalue
    assert chance < 0.01, (statistics.median(learned), statistics.median(by_chance))
    assert statistics.median(learned) > statistics.median(by_chance) / 2  # Less than half the distance to the top, 0.


@pytest.mark.parametrize("spec", [TPESpec(startup_trials=10), GPSpec(startup_trials=10)], ids=["tpe", "gp"])
def test_it_learns_from_trials_that_were_all_pruned(spec: SamplerSpec) -> None:
    study = memory_study()
    teacher, sampler = make_sampler(RandomSpec(), NUMERIC, 1), make_sampler(spec, NUMERIC, 1)
    for _ in range(20):
        trial = teacher.ask(study)
        trial.report(metric(trial.params), 1)
        study.tell(trial.number, state=TrialState.PRUNED)
    by_chance = statistics.median(metric(trial.params) for trial in study.get_trials())
    proposed = statistics.median(metric(sampler.ask(study).params) for _ in range(5))
    assert proposed > by_chance / 2


@pytest.mark.parametrize(
    ("spec", "seeds"), [(TPESpec(startup_trials=10), 8), (GPSpec(startup_trials=10), 2)], ids=["tpe", "gp"]
)
def test_it_keeps_away_from_where_trials_diverge(spec: SamplerSpec, seeds: int) -> None:
    """Trials with a weight decay above 0.5 look best and come farthest, and then diverge; the others are pruned.

    What is best lies at the very edge of that, and half of the draws by chance are beyond it.
    """
    proposed = []
    for seed in range(seeds):
        study = memory_study()
        teacher, sampler = make_sampler(RandomSpec(), NUMERIC, seed), make_sampler(spec, NUMERIC, seed)
        for _ in range(30):
            trial = teacher.ask(study)
            decay = trial.params["train.weight_decay"]
            trial.report(0.5 + decay, 1)
            if decay > 0.5:
                trial.report(0.5 + decay, 2)
                trial.set_user_attr(OUTCOME_ATTR, {"cause": "diverged"})
            study.tell(trial.number, state=TrialState.PRUNED)
        proposed += [sampler.ask(study).params["train.weight_decay"] for _ in range(6)]
    assert statistics.mean(decay <= 0.5 for decay in proposed) > 0.62, proposed


def test_it_compares_trials_at_the_same_length() -> None:
    """Five long trainings where it is bad end higher than all short ones, which were better when they were as short."""
    proposed = []
    for seed in range(8):
        study = memory_study()
        teacher = make_sampler(RandomSpec(), NUMERIC, seed)
        long = 0
        for _ in range(40):
            trial = teacher.ask(study)
            decay = trial.params["train.weight_decay"]
            trial.report(-decay, 1)
            if decay > 0.6 and long < 5:
                long += 1
                trial.report(5 - decay, 10)
                study.tell(trial.number, 5 - decay)
            else:
                trial.set_user_attr(OUTCOME_ATTR, {"cause": "scheduler"})
                study.tell(trial.number, state=TrialState.PRUNED)
        sampler = make_sampler(TPESpec(), NUMERIC, seed)
        proposed += [sampler.ask(study).params["train.weight_decay"] for _ in range(4)]
    assert statistics.median(proposed) < 0.3, "by chance 0.5, and by the last values above 0.6"


def test_a_region_that_diverged_long_ago_is_still_avoided() -> None:
    """60 old trials, a third of which diverged where the decay is above 0.6, and 60 newer ones below it."""
    beyond = []
    for seed in range(6):
        study = memory_study()
        teacher = make_sampler(RandomSpec(), NUMERIC, seed)
        while len(study.trials) < 120:
            trial = teacher.ask(study)
            if trial.params["train.weight_decay"] > 0.6:
                trial.set_user_attr(OUTCOME_ATTR, {"cause": "diverged"})
                study.tell(trial.number, state=TrialState.PRUNED if trial.number < 60 else TrialState.FAIL)
            else:
                study.tell(trial.number, float(trial.number % 7))  # The decay does not matter below 0.6.
        sampler = make_sampler(TPESpec(), NUMERIC, seed)
        beyond += [sampler.ask(study).params["train.weight_decay"] > 0.6 for _ in range(6)]
    assert statistics.mean(beyond) < 0.15, "by chance 0.4"


@pytest.mark.parametrize("works", [0, 1])
def test_where_nearly_all_start_up_trials_diverged_is_no_place_to_be(works: int) -> None:
    """All but so many of twelve had a weight decay above 0.5, where nothing works."""
    beyond = []
    for seed in range(12):
        study, rng = memory_study(), np.random.default_rng(seed)
        for number in range(12):
            decay = rng.uniform(0.0, 0.5) if number < works else rng.uniform(0.5, 1.0)
            study.enqueue_trial(NUMERIC.encode(NUMERIC.draw(rng, {"train.weight_decay": float(decay)})))
            trial = study.ask()
            NUMERIC.suggest(trial)
            if number < works:
                study.tell(trial.number, 0.0)
            else:
                trial.set_user_attr(OUTCOME_ATTR, {"cause": "diverged"})
                study.tell(trial.number, state=TrialState.PRUNED)
        sampler = make_sampler(TPESpec(), NUMERIC, seed)
        beyond += [sampler.ask(study).params["train.weight_decay"] > 0.5 for _ in range(4)]
    assert statistics.mean(beyond) < 0.35, "by chance 0.5"
