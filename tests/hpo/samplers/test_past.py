"""A sampler that begins with earlier sweeps."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from hpo.history import History, PastSweep, Wish
from hpo.samplers import GPSpec, GridSpec, RandomSpec, SamplerSpec, TPESpec, make_sampler
from hpo.samplers.base import Sampler
from hpo.samplers.past import DRAWN, FIRST_ATTR, WHY_ATTR, PastSampler, with_history
from tests.contract.studies import GRID, file_study, memory_study
from tests.hpo.history.toys import SPACE, START, history_of, past_sweeps, percentile, value


def sampler(history: History | None, seed: int = 0, spec: SamplerSpec | None = None, weight: float = 8.0) -> Sampler:
    return with_history(make_sampler(spec or RandomSpec(), SPACE, seed), history, weight)


def advance(
    study: optuna.Study, asking: Sampler, trials: int, start: Mapping[str, Any] | None = None, slots: int = 1
) -> list[optuna.Trial]:
    """Begin so many trials; each ends when its slot is needed."""
    if start is not None:
        study.enqueue_trial(SPACE.encode(start))
    running: list[optuna.Trial] = []
    asked = []
    for _ in range(trials):
        running.append(asking.ask(study))
        asked.append(running[-1])
        if len(running) == slots:
            trial = running.pop(0)
            trial.report(value(SPACE.decode(trial.params)), 1)
            study.tell(trial.number, value(SPACE.decode(trial.params)))
    return asked


def test_after_the_start_come_the_first_of_the_history() -> None:
    history = history_of(past_sweeps(0), start=START)
    asked = advance(memory_study(), sampler(history), 4, START)
    assert [SPACE.decode(trial.params) for trial in asked] == [START, *(wish.params for wish in history.first[:3])]
    assert [trial.user_attrs.get(FIRST_ATTR) for trial in asked] == [None, 0, 1, 2]
    assert [trial.user_attrs.get(WHY_ATTR) for trial in asked[1:]] == [wish.why for wish in history.first[:3]]


def test_what_earlier_sweeps_proposed_is_no_start_up_trial_of_a_model() -> None:
    study, asking = memory_study(), sampler(history_of(past_sweeps(0)), spec=GPSpec(startup_trials=3))
    whys = []
    for _ in range(16):
        (trial,) = advance(study, asking, 1)
        if FIRST_ATTR not in trial.user_attrs:
            whys.append(asking.explain(study, trial)[0])
    assert len(study.trials) - len(whys) >= 3, "enough that it would be ready with those"
    assert [why.startswith("random: ") for why in whys] == [True] * 3 + [False] * (len(whys) - 3)
    assert len(whys) > 3


def test_draws_say_why_and_become_rarer() -> None:
    counts = []
    for seed in range(4):
        study = memory_study()
        advance(study, sampler(history_of(past_sweeps(seed), first=0), seed), 80)
        drawn = [trial for trial in study.get_trials() if trial.user_attrs.get(FIRST_ATTR) == DRAWN]
        assert all("3 earlier sweeps foretell: better than" in trial.user_attrs[WHY_ATTR] for trial in drawn)
        counts.append([sum(trial.number // 20 == part for trial in drawn) for part in range(4)])
    early, *_, late = (sum(part) for part in zip(*counts, strict=True))
    assert early > 2 * late
    assert early >= 8


def test_drawn_configurations_are_good() -> None:
    study = memory_study()
    advance(study, sampler(history_of(past_sweeps(1), first=0), weight=1e6), 30)
    drawn = [SPACE.decode(trial.params) for trial in study.get_trials() if FIRST_ATTR in trial.user_attrs]
    assert statistics.median(percentile(one) for one in drawn) > 0.9


def test_without_weight_nothing_is_drawn() -> None:
    study = memory_study()
    advance(study, sampler(history_of(past_sweeps(0), first=0), weight=0.0), 30)
    assert [trial for trial in study.get_trials() if FIRST_ATTR in trial.user_attrs] == []


def test_nothing_is_changed_where_there_is_no_history() -> None:
    inner = make_sampler(RandomSpec(), SPACE, 0)
    assert with_history(inner, None, 8.0) is inner


def test_it_goes_on_in_a_new_object_over_a_reopened_study(tmp_path: Path) -> None:
    history = history_of(past_sweeps(0))
    whole = [trial.params for trial in advance(memory_study(), sampler(history), 6)]
    parts = [advance(file_study(tmp_path / "db"), sampler(history), 1)[0].params for _ in range(6)]
    assert parts == whole


def test_what_was_enqueued_before_a_crash_is_taken_up_once() -> None:
    history, study = history_of(past_sweeps(0)), memory_study()
    study.enqueue_trial(SPACE.encode(history.first[0].params), {FIRST_ATTR: 0, WHY_ATTR: history.first[0].why})
    asked = advance(study, sampler(history), 2)
    assert [trial.user_attrs[FIRST_ATTR] for trial in asked] == [0, 1]


def test_few_run_without_a_result_however_many_slots_there_are() -> None:
    study = memory_study()
    asking = sampler(history_of(past_sweeps(0), start=START))
    study.enqueue_trial(SPACE.encode(START))
    asked = [asking.ask(study) for _ in range(8)]
    assert [trial.number for trial in asked if FIRST_ATTR in trial.user_attrs] == [1, 2]


def test_a_grid_is_begun_where_it_was_good_and_each_point_is_tried_once() -> None:
    points = list(GRID.grid())
    past = PastSweep.from_arrays("grid", points, np.arange(len(points), dtype=float)[:, None], maximize=True)
    history = History(GRID, (past,), (Wish(points[-1], "it was best"),))
    asking, study = PastSampler(make_sampler(GridSpec(), GRID, 0), history, 1e6), memory_study()
    asked = []
    while not asking.exhausted(study):
        trial = asking.ask(study)
        asked.append(GRID.decode(trial.params))
        study.tell(trial.number, 0.0)
    assert asked[0] == points[-1]
    assert sorted(map(str, asked)) == sorted(map(str, points))


def cost(history: History | None, seed: int, slots: int, target: float, most: int = 60) -> int:
    """Trials that were begun until one ended that is good enough."""
    study, asking = memory_study(), sampler(history, seed, TPESpec())
    study.enqueue_trial(SPACE.encode(START))
    running: list[optuna.Trial] = []
    for number in range(most):
        running.append(asking.ask(study))
        if len(running) == slots:
            trial = running.pop(0)
            reached = value(SPACE.decode(trial.params))
            trial.report(reached, 1)
            study.tell(trial.number, reached)
            if reached > target:
                return number + 1
    return most


@pytest.mark.parametrize("slots", [1, 8])
def test_earlier_sweeps_help_and_misleading_ones_cost_little(slots: int) -> None:
    """The target is the best 3 % of the space; the past is a sweep whose order is the true one, or the reverse."""
    seeds, target = range(24), -0.0123
    cold, good, reversed_ = (
        statistics.mean(cost(history(seed), seed, slots, target) for seed in seeds)
        for history in (
            lambda seed: None,
            lambda seed: history_of(past_sweeps(seed), start=START),
            lambda seed: history_of(past_sweeps(seed, sign=-1.0), start=START),
        )
    )
    assert good < cold / 2
    assert reversed_ < 1.2 * cold


def test_what_failed_does_not_end_it() -> None:
    """Errors say nothing against what was good in earlier sweeps."""
    study = memory_study()
    asking = sampler(history_of(past_sweeps(0), start=START))
    study.enqueue_trial(SPACE.encode(START))
    study.tell(asking.ask(study).number, value(START))
    for _ in range(2):
        study.tell(asking.ask(study).number, state=TrialState.FAIL)
    asked = [asking.ask(study) for _ in range(2)]
    assert [trial.user_attrs.get(FIRST_ATTR) for trial in (*study.get_trials()[1:3], *asked)] == [0, 1, 2, 3]
