"""Samplers for several aims and limits: what they are told, and that they learn from it."""

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.aims import Aim, Aims, Constraint, front_ranks
from hpo.samplers import GPSpec, GridSpec, QMCSpec, RandomSpec, Sampler, SamplerSpec, TPESpec, make_sampler
from hpo.samplers.several import for_aims
from hpo.samplers.several_view import CONSTRAINT, SeveralView, told
from hpo.space import FloatDimension, Space
from hpo.space.prior import NumberPrior
from tests.contract.studies import CONDITIONAL, GRID, NUMERIC

SPACE = Space(
    (FloatDimension.make("train.weight_decay", 0.0, 1.0), FloatDimension.make("train.warmup_fraction", 0.0, 1.0))
)
TWO = Aims((Aim("accuracy", True), Aim("latency_ms", False)))
LIMITED = Aims((Aim("accuracy", True),), (Constraint("latency_ms", "<=", 20.0),))
MODELS = [TPESpec(startup_trials=6), GPSpec(startup_trials=6)]


def entry(epoch: int, accuracy: float, **more: float) -> dict[str, Any]:
    values = {"train_s": 10.0, "latency_ms": 10.0, **more}
    return {"step": 10 * epoch, "epoch": float(epoch), "metrics": {"accuracy": accuracy}, **values}


def end(study: optuna.Study, trial: optuna.Trial, entries: list[dict[str, Any]], cause: str | None = None) -> None:
    """As the ledger writes the end of a trial."""
    for written in entries:
        trial.set_user_attr(f"evaluation:{written['step']:09d}", written)
        trial.report(written["metrics"]["accuracy"], written["step"])
    trial.set_user_attr("outcome", {"cause": cause, "reason": "", "facts": {}})
    if cause is None:
        study.tell(trial.number, max(written["metrics"]["accuracy"] for written in entries))
    else:
        study.tell(trial.number, state=TrialState.PRUNED)


def study_of(*ends: tuple[list[dict[str, Any]], str | None]) -> optuna.Study:
    study = optuna.create_study(direction="maximize")
    for entries, cause in ends:
        end(study, study.ask(), entries, cause)
    return study


def seen(study: optuna.Study, aims: Aims) -> list[FrozenTrial]:
    return told(study.get_trials(), aims)


def test_a_complete_trial_has_a_value_for_each_aim() -> None:
    found = seen(study_of(([entry(1, 0.5), entry(2, 0.7)], None)), TWO)
    assert [trial.values for trial in found] == [[0.7, 10.0]]


def test_the_view_has_a_direction_for_each_aim_and_leaves_the_study_as_it_was() -> None:
    study = study_of(([entry(1, 0.5)], None), ([entry(1, 0.4)], "scheduler"))
    before = copy.deepcopy(study.get_trials())
    view = SeveralView(study, TWO)
    assert [direction.name for direction in view.directions] == ["MAXIMIZE", "MINIMIZE"]
    assert view._is_multi_objective()
    assert all(len(trial.values) == 2 for trial in view.get_trials())
    assert study.get_trials() == before


def test_a_stopped_trial_is_not_cheap_because_it_was_stopped() -> None:
    aims = Aims((Aim("accuracy", True), Aim("train_s", False)))
    whole = [entry(epoch, 0.5) for epoch in (1, 2, 3, 4)]
    found = seen(study_of((whole, None), ([entry(1, 0.4)], "scheduler")), aims)
    assert [trial.values for trial in found] == [[0.5, 40.0], [0.4, 40.0]]
    assert {trial.state for trial in found} == {TrialState.COMPLETE}


@pytest.mark.parametrize("cause", ["diverged", "out_of_memory"])
def test_what_cannot_work_is_the_worst_in_all_aims_and_beyond_all_limits(cause: str) -> None:
    study = study_of(([entry(1, 0.5, latency_ms=60.0)], None), ([entry(1, 0.9)], None), ([entry(1, 0.95)], cause))
    assert seen(study, TWO)[2].values == [0.5, 60.0]
    assert [trial.constraints for trial in seen(study, LIMITED)] == [
        {"latency_ms <= 20": 2.0},
        {"latency_ms <= 20": -0.5},
        {"latency_ms <= 20": 2.0},
    ]


def test_nothing_is_known_before_the_first_result() -> None:
    found = seen(study_of(([], "diverged"), ([], "infeasible")), TWO)
    assert [trial.values for trial in found] == [[0.0, 0.0], [0.0, 0.0]]


def test_a_limit_broken_before_training_is_told_from_the_facts() -> None:
    aims = Aims((Aim("accuracy", True),), (Constraint("total_parameters", "<=", 100.0), LIMITED.constraints[0]))
    study = study_of(([entry(1, 0.5, total_parameters=50.0, latency_ms=30.0)], None))
    trial = study.ask()
    trial.set_user_attr("outcome", {"cause": "infeasible", "reason": "", "facts": {"total_parameters": 150}})
    study.tell(trial.number, state=TrialState.PRUNED)
    found = seen(study, aims)[1]
    assert found.values == [0.5]
    assert found.system_attrs[f"{CONSTRAINT}total_parameters <= 100"] == 0.5
    assert found.system_attrs[f"{CONSTRAINT}latency_ms <= 20"] == 0.5, "as the middle one of those that are known"


def test_failed_and_running_trials_stay_what_they_are() -> None:
    study = study_of(([entry(1, 0.5)], None))
    study.tell(study.ask().number, state=TrialState.FAIL)
    study.ask()
    assert [trial.state.name for trial in seen(study, TWO)] == ["COMPLETE", "FAIL", "RUNNING"]


@pytest.mark.parametrize("spec", [RandomSpec(), QMCSpec(), GridSpec()], ids=lambda spec: spec.name)
def test_who_looks_at_no_result_stays_the_same(spec: SamplerSpec) -> None:
    plain = make_sampler(spec, GRID, 0)
    assert for_aims(plain, TWO) is plain


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_one_metric_without_limits_needs_nothing_else(spec: SamplerSpec) -> None:
    plain = make_sampler(spec, NUMERIC, 0)
    assert for_aims(plain, Aims.single("accuracy", True)) is plain


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_checks_are_those_of_the_plain_sampler(spec: SamplerSpec) -> None:
    plain = make_sampler(spec, NUMERIC, 0)
    assert for_aims(plain, TWO).check(3) == plain.check(3)


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_conditional_spaces_and_parallel_trials(spec: SamplerSpec) -> None:
    sampler, study = for_aims(make_sampler(spec, CONDITIONAL, 0), TWO), optuna.create_study(direction="maximize")
    running: list[optuna.Trial] = []
    for number in range(16):
        running.append(sampler.ask(study))
        params = CONDITIONAL.decode(running[-1].params)
        assert CONDITIONAL.contains(params) == []
        if len(running) == 3:
            cause = {1: "scheduler", 2: "diverged"}.get(number % 5)
            rate = -abs(math.log10(params["train.learning_rate"]) + 3)
            latency_ms = 5.0 + params.get("tuning.rank", 0)
            end(study, running.pop(0), [entry(1, rate, latency_ms=latency_ms)], cause)


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_proposals_follow_from_the_seed_and_the_study_alone(spec: SamplerSpec) -> None:
    def run() -> list[dict[str, Any]]:
        study = optuna.create_study(direction="maximize")
        return search(lambda: for_aims(make_sampler(spec, SPACE, 3), TWO), study, hill, 10)

    assert run() == run()


def hill(decay: float, warmup: float) -> tuple[float, float]:
    """More accuracy costs latency, along `warmup`; any `decay` but 0.3 costs both."""
    off = abs(decay - 0.3)
    return warmup - 2 * off, 10 + 40 * warmup**2 + 40 * off


def search(
    make: Callable[[], Sampler], study: optuna.Study, measure: Callable[..., tuple[float, float]], trials: int
) -> list[dict[str, Any]]:
    """A new sampler for each trial: nothing may live in it."""
    asked: list[dict[str, Any]] = []
    for _ in range(trials):
        trial = make().ask(study)
        params = SPACE.decode(trial.params)
        accuracy, latency_ms = measure(params["train.weight_decay"], params["train.warmup_fraction"])
        end(study, trial, [entry(1, accuracy, latency_ms=latency_ms)])
        asked.append(params)
    return asked


def hypervolume(study: optuna.Study) -> float:
    """Area that the front dominates in the box of accuracy -1.5 to 1 and latency 10 to 80 ms, as a part of the box."""
    points = np.array([trial.values for trial in seen(study, TWO)])
    losses = np.column_stack([(1 - points[:, 0]) / 2.5, (points[:, 1] - 10) / 70]).clip(0, 1)
    front = losses[front_ranks(losses) == 0]
    area, worst = 0.0, 1.0
    for accuracy, latency in sorted(map(tuple, front)):
        area += (1 - accuracy) * max(0.0, worst - latency)
        worst = min(worst, latency)
    return area


@pytest.mark.parametrize(("spec", "trials"), list(zip(MODELS, (24, 14), strict=True)), ids=["tpe", "gp"])
def test_the_front_is_found_sooner_than_by_random_search(spec: SamplerSpec, trials: int) -> None:
    def area(spec: SamplerSpec, seed: int) -> float:
        study = optuna.create_study(direction="maximize")
        search(lambda: for_aims(make_sampler(spec, SPACE, seed), TWO), study, hill, trials)
        return hypervolume(study)

    gains = [area(spec, seed) - area(RandomSpec(), seed) for seed in range(4)]
    assert np.mean(gains) > 2 * np.std(gains, ddof=1) / math.sqrt(len(gains)), gains


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.name)
def test_limits_are_learnt(spec: SamplerSpec) -> None:
    """The best of all is far beyond the limit; a quarter of the space is within it, the best of that at its corner."""

    def measure(decay: float, warmup: float) -> tuple[float, float]:
        return decay + warmup, 10.0 if decay < 0.5 and warmup < 0.5 else 60.0

    kept = []
    for seed in range(2 if isinstance(spec, GPSpec) else 4):
        study = optuna.create_study(direction="maximize")
        asked = search(lambda seed=seed: for_aims(make_sampler(spec, SPACE, seed), LIMITED), study, measure, 20)
        kept += [measure(*params.values())[1] <= 20 for params in asked[8:]]
    assert np.mean(kept) > 0.4, "by chance it would be 0.25"


@pytest.mark.parametrize(
    ("spec", "aims", "said"),
    [
        (
            TPESpec(startup_trials=3),
            TWO,
            "the best of 24 draws that are like the first 2 trials by fronts of accuracy and latency_ms, "
            "and unlike the others",
        ),
        (
            TPESpec(startup_trials=3),
            LIMITED,
            "the best of 24 draws that are like the first 2 trials by accuracy, those that keep latency_ms <= 20 "
            "first, and unlike the others",
        ),
        (
            GPSpec(startup_trials=3),
            TWO,
            "the highest expected hypervolume improvement over accuracy and latency_ms, by a Gaussian process for each",
        ),
        (
            GPSpec(startup_trials=3),
            LIMITED,
            "the highest expected improvement in accuracy times the chance to keep latency_ms <= 20, "
            "by a Gaussian process for each",
        ),
    ],
)
def test_it_says_what_really_decided(spec: SamplerSpec, aims: Aims, said: str) -> None:
    """Neither beliefs, nor lengths, nor learning curves: those are the plain sampler's."""
    believed = FloatDimension("train.weight_decay", ends=SPACE.dimensions[0].distribution, prior=NumberPrior(0.5, 0.1))
    study, told = optuna.create_study(direction="maximize"), list[tuple[str, Any]]()
    sampler = for_aims(make_sampler(spec, Space((believed, SPACE.dimensions[1])), 0), aims)
    for _ in range(12):
        trial = sampler.ask(study)
        told.append(sampler.explain(study, trial))
        accuracy, latency_ms = hill(*trial.params.values())
        end(study, trial, [entry(1, accuracy, latency_ms=latency_ms)])
    assert told[2] == ("random: 2 of the 3 start-up trials have ended", {"ended": 2, "startup_trials": 3})
    assert told[11][0] == f"{said}, from 11 ended trials, each by what it had reached; 0 running or paused"
