"""Why a configuration was proposed."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hpo.enqueue import enqueue
from hpo.samplers import (
    OUTCOME_ATTR,
    CmaEsSpec,
    GPSpec,
    GridSpec,
    QMCSpec,
    RandomSpec,
    Sampler,
    SamplerSpec,
    TPESpec,
    make_sampler,
)
from hpo.space import Space
from tests.contract.studies import memory_study, metric
from tests.hpo.pausing import SCHEMA, SPACE

WIDE = Space.parse(
    {"train": {"learning_rate": {"low": 1e-5, "high": 1e-1}, "weight_decay": {"low": 0.0, "high": 0.1}}}, SCHEMA
)
GRID = Space.parse({"train": {"batch_size": {"choices": [8, 16, 32]}}}, SCHEMA)


def proposed(sampler: Sampler, study: optuna.Study, space: Space, trials: int) -> tuple[str, dict[str, Any]]:
    """Why the last of so many trials was proposed."""
    for _ in range(trials - 1):
        trial = sampler.ask(study)
        study.tell(trial, metric(space.decode(trial.params)))
    reason, numbers = sampler.explain(study, sampler.ask(study))
    return reason, dict(numbers)


@pytest.mark.parametrize(
    ("spec", "key", "what"),
    [
        (TPESpec(startup_trials=3), "ended", "ended"),
        (GPSpec(startup_trials=3), "told", "a result"),  # It learns from those that run, too.
        (CmaEsSpec(startup_trials=3), "ended", "ended"),
    ],
    ids=["tpe", "gp", "cmaes"],
)
def test_start_up_trials_are_random_and_later_ones_are_of_a_model(spec: SamplerSpec, key: str, what: str) -> None:
    sampler, study = make_sampler(spec, WIDE, 0), memory_study()
    reason, numbers = proposed(sampler, study, WIDE, 3)
    assert (reason, numbers[key]) == (f"random: 2 of the 3 start-up trials have {what}", 2)
    study.tell(2, -1.0)
    reason, numbers = proposed(sampler, study, WIDE, 4)
    best = max(trial.value for trial in study.trials if trial.value is not None)
    assert (numbers["ended"], numbers["running"], numbers["best"]) == (6, 0, best)
    assert f"6 ended trials (6 complete), 0 running or paused, best {best:.4g}" in reason


def test_tpe_says_how_many_are_the_good_ones() -> None:
    reason, numbers = proposed(make_sampler(TPESpec(startup_trials=3), SPACE, 0), memory_study(), SPACE, 12)
    assert reason.startswith("like the best 2 and unlike the others of 11 ended trials")
    assert (numbers["good"], numbers["candidates"]) == (2, 24)


def test_the_grid_says_which_point() -> None:
    sampler = make_sampler(GridSpec(shuffle=False), GRID, 0)
    reason, numbers = proposed(sampler, memory_study(), GRID, 2)
    assert reason == "point 1 of the grid, 2 of 3 tried with it"
    assert numbers == {"point": 1, "tried": 2, "points": 3}


@pytest.mark.parametrize(("spec", "said"), [(RandomSpec(), "at random"), (QMCSpec(), "Sobol")])
def test_samplers_that_learn_nothing(spec: SamplerSpec, said: str) -> None:
    assert said in proposed(make_sampler(spec, WIDE, 0), memory_study(), WIDE, 2)[0]


def test_what_a_person_gave() -> None:
    sampler, study = make_sampler(TPESpec(), SPACE, 0), memory_study()
    stored = SPACE.encode({"train.learning_rate": 0.01})
    enqueue(study, stored, request=1)
    enqueue(study, stored, request=2, parent=0, warm_from="somewhere")
    given, cloned = sampler.ask(study), sampler.ask(study)
    assert sampler.explain(study, given) == ("given by a person: hpo enqueue", {})
    text = "cloned by a person from trial 0, from its best weights: hpo clone"
    assert sampler.explain(study, cloned) == (text, {"parent": 0})


def diverged(study: optuna.Study, sampler: Sampler, trials: int) -> None:
    for _ in range(trials):
        trial = sampler.ask(study)
        trial.set_user_attr(OUTCOME_ATTR, {"cause": "diverged"})
        study.tell(trial.number, state=TrialState.PRUNED)


def test_where_none_can_work_none_is_good() -> None:
    sampler, study = make_sampler(TPESpec(startup_trials=3), WIDE, 0), memory_study()
    diverged(study, sampler, 12)
    reason, numbers = sampler.explain(study, sampler.ask(study))
    assert reason.startswith("unlike 12 ended trials (0 complete), 0 running or paused: none can work; 12 are compared")
    assert numbers["good"] == 0


def test_the_gaussian_process_did_not_decide_while_there_is_no_score() -> None:
    sampler, study = make_sampler(GPSpec(startup_trials=3), WIDE, 0), memory_study()
    diverged(study, sampler, 4)
    reason, numbers = sampler.explain(study, sampler.ask(study))
    assert reason == "random: of 4 trials with a result, fewer than 3 have a score"
    assert numbers == {"told": 4, "startup_trials": 3}


def test_what_takes_the_place_of_what_had_been_tried_says_so() -> None:
    sampler, study = make_sampler(RandomSpec(), GRID, 0), memory_study()
    sampler.redraws = 0  # type: ignore[misc]
    told = []
    for _ in range(GRID.grid_size()):
        trial = sampler.ask(study)
        told.append(sampler.explain(study, trial)[0])
        study.tell(trial.number, 0.0)
    assert told[0] == "drawn at random"
    assert "drawn at random; that had been tried, so the nearest that had not was taken" in told
