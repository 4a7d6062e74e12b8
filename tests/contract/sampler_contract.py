"""What every sampler must hold. A test class inherits this and gives the fixtures `spec` and `space`."""

import copy
import warnings
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from hpo.ledger.record import PAUSED
from hpo.samplers import SamplerSpec, make_sampler
from hpo.space import Space
from models.spec import problems_in
from tests.contract.studies import advance, file_study, finish, memory_study, metric


class SamplerContract:
    """Inherit, and give `spec` (with few start-up trials) and `space` (of at least 16 points)."""

    @pytest.fixture
    def spec(self) -> SamplerSpec:
        pytest.fail("the class that inherits this gives its own")

    @pytest.fixture
    def space(self) -> Space:
        pytest.fail("the class that inherits this gives its own")

    def test_the_settings_are_within_their_own_limits(self, spec: SamplerSpec) -> None:
        assert problems_in(spec, "sampler") == []
        assert problems_in(type(spec)(), "sampler") == []

    def test_it_takes_the_space(self, spec: SamplerSpec, space: Space) -> None:
        assert make_sampler(spec, space, 0).check(None) == []

    @pytest.mark.parametrize("parallel", [1, 3])
    def test_proposals_are_points_of_the_space(self, spec: SamplerSpec, space: Space, parallel: int) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        for stored in advance(study, sampler, 14, parallel):
            assert space.contains(space.decode(stored)) == []

    @pytest.mark.parametrize("maximize", [True, False])
    def test_parallel_trials_differ(self, spec: SamplerSpec, space: Space, maximize: bool) -> None:
        study, sampler = memory_study(maximize), make_sampler(spec, space, 0)
        asked = [space.decode(stored) for stored in advance(study, sampler, 14, 4)]
        running = asked[-4:]
        assert not [point for index, point in enumerate(running) if point in running[:index]]

    def test_it_goes_on_in_a_new_object_over_a_reopened_study(
        self, spec: SamplerSpec, space: Space, tmp_path: Path
    ) -> None:
        whole = advance(memory_study(), make_sampler(spec, space, 5), 14, 1)
        restarted: list[dict[str, Any]] = []
        for _ in range(14):
            study = file_study(tmp_path / "db")
            for running in study.get_trials(states=(TrialState.RUNNING,)):
                finish(study, optuna.Trial(study, running._trial_id), space)
            restarted += advance(study, make_sampler(spec, space, 5), 1, 1)
        assert restarted == whole

    def test_another_seed_gives_other_proposals(self, spec: SamplerSpec, space: Space) -> None:
        runs = [advance(memory_study(), make_sampler(spec, space, seed), 8, 1) for seed in (0, 1, 0)]
        assert runs[0] == runs[2]
        assert runs[0] != runs[1]

    def test_an_enqueued_configuration_comes_first(self, spec: SamplerSpec, space: Space) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        start = space.decode(advance(memory_study(), make_sampler(spec, space, 9), 3, 1)[-1])
        study.enqueue_trial(space.encode(start))
        trial = sampler.ask(study)
        assert trial.number == 0
        assert space.decode(trial.params) == start
        assert sampler.ask(study).params != trial.params

    def test_the_study_is_left_truthful(self, spec: SamplerSpec, space: Space) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        advance(study, sampler, 13, 1)
        own = study.sampler
        before = copy.deepcopy(study.get_trials())
        sampler.ask(study)
        after = study.get_trials()[: len(before)]
        assert after == before
        assert study.sampler is own
        assert {t.state for t in after} > {TrialState.PRUNED, TrialState.COMPLETE}

    def test_it_is_silent(self, spec: SamplerSpec, space: Space, capfd: pytest.CaptureFixture[str]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            study = memory_study()
            capfd.readouterr()
            advance(study, make_sampler(spec, space, 0), 13, 2)
        lines = [line for line in capfd.readouterr().err.splitlines() if "independently" in line or "dynamic" in line]
        assert lines == []

    def test_a_trial_is_reopened_and_completed_after_a_crash(self, spec: SamplerSpec, space: Space) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        advance(study, sampler, 3, 1)
        cut_short = study.ask()
        space.dimensions[0].suggest(cut_short)
        again = sampler.reopen(study, cut_short.number)
        assert again.number == cut_short.number
        assert space.contains(space.decode(again.params)) == []
        assert again.params.items() >= cut_short.params.items()
        with pytest.raises(ValueError, match="trial 0 is"):
            sampler.reopen(study, 0)

    def test_it_ends_only_if_it_planned_to(self, spec: SamplerSpec, space: Space) -> None:
        sampler = make_sampler(spec, space, 0)
        assert not sampler.exhausted(memory_study())
        assert sampler.planned() is None or sampler.planned() == space.grid_size()

    @pytest.mark.parametrize("parallel", [1, 4])
    def test_nothing_is_proposed_twice(self, spec: SamplerSpec, space: Space, parallel: int) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        asked = [space.decode(stored) for stored in advance(study, sampler, 14, parallel)]
        assert not [point for index, point in enumerate(asked) if point in asked[:index]]

    def test_paused_trials_are_not_proposed_again(self, spec: SamplerSpec, space: Space) -> None:
        study, sampler, asked = memory_study(), make_sampler(spec, space, 0), list[dict[str, Any]]()
        for _ in range(12):
            trial = sampler.ask(study)
            params = space.decode(trial.params)
            assert params not in asked
            assert space.contains(params) == []
            asked.append(params)
            trial.report(metric(params), 1)
            trial.set_user_attr(PAUSED, True)

    def test_a_configuration_that_is_given_in_part_is_completed(self, spec: SamplerSpec, space: Space) -> None:
        study, sampler = memory_study(), make_sampler(spec, space, 0)
        whole = space.decode(advance(study, sampler, 13, 1)[-1])
        name = space.dimensions[0].name
        study.enqueue_trial(space.encode({name: whole[name]}))
        params = space.decode(sampler.ask(study).params)
        assert params[name] == whole[name]
        assert space.contains(params) == []
