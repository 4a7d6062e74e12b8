"""No configuration is proposed twice, unless a person asks for it or a machine was lost."""

import math
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from hpo.samplers import (
    OUTCOME_ATTR,
    QMCSpec,
    RandomSpec,
    Sampler,
    SamplerSpec,
    SearchExhaustedError,
    TPESpec,
    make_sampler,
)
from hpo.samplers.untried import Untried
from hpo.space import CategoricalDimension, Condition, FloatDimension, IntDimension, Space
from hpo.space.words import stable_json
from tests.contract.studies import GRID, memory_study

SPECS = [TPESpec(startup_trials=3), RandomSpec(), QMCSpec()]
OPEN_AND_CLOSED = Space(  # Two configurations under `head`, no end of them under `full`.
    (
        CategoricalDimension("tuning", choices=("head", "full"), group=True),
        CategoricalDimension("train.lr_schedule", choices=("linear", "cosine")),
        FloatDimension(
            "train.weight_decay",
            (Condition("tuning", values=("full",)),),
            ends=FloatDimension.make("_", 0.0, 1.0).ends,
        ),
    )
)


@pytest.fixture(autouse=True)
def quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def key(space: Space, trial: optuna.Trial) -> str:
    return stable_json(space.decode(trial.params))


@st.composite
def finite_spaces(draw: st.DrawFn) -> Space:
    """Up to 36 points, perhaps with a condition."""
    kind = CategoricalDimension("kind", choices=draw(st.sampled_from([("a", "b"), (False, True), (None, "a", 2)])))
    when = draw(st.sampled_from([(), (Condition("kind", values=(kind.choices[0],)),)]))
    rank = IntDimension("rank", when, ends=IntDimension.make("_", 1, draw(st.integers(2, 3))).ends)
    step = FloatDimension.make("step", 0.0, 0.3, step=draw(st.sampled_from([0.1, 0.15, 0.3])))
    return Space((kind, rank, step))


ENDINGS = st.sampled_from(["complete", "pruned", "diverged", "error", "stopped_by_user", "running", "paused"])


def end(study: optuna.Study, trial: optuna.Trial, how: str) -> None:
    if how == "running":
        return
    trial.report(float(trial.number % 3), 1)
    if how == "paused":
        trial.set_user_attr("paused", True)
    elif how == "complete":
        study.tell(trial, float(trial.number % 3))
    else:
        trial.set_user_attr(OUTCOME_ATTR, {"cause": how})
        failed = how in ("error", "stopped_by_user")
        study.tell(trial, state=TrialState.FAIL if failed else TrialState.PRUNED)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@settings(max_examples=8, deadline=None)
@given(space=finite_spaces(), endings=st.lists(ENDINGS, min_size=40, max_size=40), seed=st.integers(0, 99))
def test_every_point_of_a_finite_space_once_and_then_no_more(
    spec: SamplerSpec, space: Space, endings: list[str], seed: int
) -> None:
    study, sampler, seen = memory_study(), make_sampler(spec, space, seed), list[str]()
    while not sampler.exhausted(study):
        trial = sampler.ask(study)
        seen.append(key(space, trial))
        end(study, trial, endings[trial.number])
    assert len(seen) == len(set(seen)) == space.grid_size()
    with pytest.raises(SearchExhaustedError, match=f"all {space.grid_size()} configurations of the space"):
        sampler.ask(study)
    assert len(study.trials) == len(seen), "no trial was made for nothing"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_the_finite_part_of_an_endless_space_is_not_tried_again(spec: SamplerSpec) -> None:
    study, sampler = memory_study(), make_sampler(spec, OPEN_AND_CLOSED, 0)
    seen = []
    for _ in range(30):
        trial = sampler.ask(study)
        seen.append(key(OPEN_AND_CLOSED, trial))
        study.tell(trial, 1.0 if trial.params["tuning"] == "head" else 0.0)
    assert len(seen) == len(set(seen))
    assert sum('"head"' in params for params in seen) == 2
    assert not sampler.exhausted(study)


def ask_again(sampler: Sampler, study: optuna.Study, cause: str) -> int:
    """How often one configuration is handed out while everything else has been tried, and it fails each time."""
    points = [GRID.encode(point) for point in GRID.grid()]
    for stored in points[1:]:
        study.enqueue_trial(stored)
        study.tell(sampler.ask(study), 0.0)
    times = 0
    while not sampler.exhausted(study):
        trial = sampler.ask(study)
        assert trial.params == points[0]
        trial.set_user_attr(OUTCOME_ATTR, {"cause": cause})
        study.tell(trial, state=TrialState.FAIL)
        times += 1
    return times


@pytest.mark.parametrize(("cause", "times"), [("lost", 2), ("error", 1), ("stopped_by_user", 1)])
def test_what_was_lost_is_proposed_once_more(cause: str, times: int) -> None:
    assert ask_again(make_sampler(TPESpec(startup_trials=3), GRID, 0), memory_study(), cause) == times


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_person_may_ask_for_it_again(spec: SamplerSpec) -> None:
    study, sampler = memory_study(), make_sampler(spec, GRID, 0)
    while not sampler.exhausted(study):
        study.tell(sampler.ask(study), 0.0)
    stored = GRID.encode(next(iter(GRID.grid())))
    study.enqueue_trial(stored)
    assert not sampler.exhausted(study)
    assert sampler.ask(study).params == stored
    assert sampler.exhausted(study)


def test_the_nearest_is_taken() -> None:
    untried, study = Untried(GRID), memory_study()
    taken: dict[str, Any] = {"tuning": "lora", "train.weight_decay": 0.1, "tuning.rank": 3}
    study.enqueue_trial(GRID.encode(taken))
    found = untried.like(taken, study.get_trials(), np.random.default_rng(0))
    assert found["tuning"] == "lora"
    assert math.isclose(abs(found["train.weight_decay"] - 0.1) / 0.1 + abs(found["tuning.rank"] - 3), 1)
