import json
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hpo.samplers import GRID_INDEX_ATTR, OUTCOME_ATTR, GridSpec, SearchExhaustedError, make_sampler
from hpo.space import Space
from tests.contract.sampler_contract import SamplerContract
from tests.contract.studies import GRID, file_study, finish, memory_study


class TestGrid(SamplerContract):
    @pytest.fixture
    def spec(self) -> GridSpec:
        return GridSpec()

    @pytest.fixture
    def space(self) -> Space:
        return GRID


def points(study: optuna.Study) -> list[str]:
    return [json.dumps(GRID.decode(trial.params), sort_keys=True) for trial in study.get_trials()]


def test_each_point_once_with_many_running() -> None:
    study, sampler = memory_study(), make_sampler(GridSpec(), GRID, 0)
    while not sampler.exhausted(study):
        sampler.ask(study)  # None of them ever ends.
    assert sorted(points(study)) == sorted(json.dumps(point, sort_keys=True) for point in GRID.grid())
    with pytest.raises(SearchExhaustedError, match="all 16 points of the grid have been handed out"):
        sampler.ask(study)
    assert len(study.trials) == sampler.planned() == 16
    assert sorted(trial.user_attrs[GRID_INDEX_ATTR] for trial in study.trials) == list(range(16))


def test_each_point_once_over_restarts_and_failures(tmp_path: Path) -> None:
    for _ in range(6):
        study, sampler = file_study(tmp_path / "db"), make_sampler(GridSpec(), GRID, 0)
        for _ in range(3):
            if not sampler.exhausted(study):
                finish(study, sampler.ask(study), GRID)
    assert sorted(points(study)) == sorted(json.dumps(point, sort_keys=True) for point in GRID.grid())


def test_a_start_that_is_a_point_runs_first_and_once() -> None:
    study, sampler = memory_study(), make_sampler(GridSpec(shuffle=False), GRID, 0)
    start = {"tuning": "lora", "train.weight_decay": 0.3, "tuning.rank": 3}
    study.enqueue_trial(GRID.encode(start))
    while not sampler.exhausted(study):
        sampler.ask(study)
    assert GRID.decode(study.trials[0].params) == start
    assert GRID_INDEX_ATTR in study.trials[0].user_attrs
    assert len(points(study)) == len(set(points(study))) == 16


def test_a_crash_between_enqueuing_and_asking_loses_no_point() -> None:
    study, sampler = memory_study(), make_sampler(GridSpec(shuffle=False), GRID, 0)
    first = next(iter(GRID.grid()))
    study.enqueue_trial(GRID.encode(first), {GRID_INDEX_ATTR: 0})
    assert not sampler.exhausted(study)
    assert GRID.decode(sampler.ask(study).params) == first
    assert GRID.decode(sampler.ask(study).params) != first


def test_a_shuffled_grid_that_is_stopped_early_has_tried_every_option() -> None:
    for seed in range(5):
        study, sampler = memory_study(), make_sampler(GridSpec(), GRID, seed)
        assert {sampler.ask(study).params["tuning"] for _ in range(8)} == {"full", "lora"}


@pytest.mark.parametrize(("cause", "times"), [("lost", 2), ("error", 1), ("stopped_by_user", 1)])
def test_a_point_that_was_lost_with_its_machine_comes_once_more(cause: str, times: int) -> None:
    study, sampler = memory_study(), make_sampler(GridSpec(), GRID, 0)
    first, asked = dict[str, Any](), 0
    while not sampler.exhausted(study):
        trial = sampler.ask(study)
        first = first or trial.params
        if trial.params == first:
            asked += 1
            trial.set_user_attr(OUTCOME_ATTR, {"cause": cause})
            study.tell(trial.number, state=TrialState.FAIL)
    assert asked == times
    assert len(study.trials) == GRID.grid_size() - 1 + times
