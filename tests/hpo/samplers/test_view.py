import math

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.samplers import RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.samplers.view import OUTCOME_ATTR, ViewingSampler, pruned_as_complete

UP, DOWN = StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE


def trial(state: TrialState, values: dict[int, float], cause: str = "scheduler", number: int = 0) -> FrozenTrial:
    made = create_trial(
        state=state,
        value=values[max(values)] if state == TrialState.COMPLETE else None,
        params={"x": 0.5},
        distributions={"x": FloatDistribution(0, 1)},
        intermediate_values=values,
        user_attrs={OUTCOME_ATTR: {"cause": cause}},
    )
    made.number = number
    return made


HISTORY = [
    trial(TrialState.COMPLETE, {1: 0.3, 2: 0.9}, number=0),
    trial(TrialState.PRUNED, {1: 0.2, 2: 0.4}, number=1),
    trial(TrialState.PRUNED, {1: 0.1, 2: math.nan}, number=2),
    trial(TrialState.PRUNED, {1: 0.8}, "diverged", number=3),
    trial(TrialState.PRUNED, {}, "out_of_memory", number=4),
    trial(TrialState.FAIL, {1: 0.7}, "lost", number=5),
]


@pytest.mark.parametrize(("direction", "worst"), [(UP, 0.1), (DOWN, 0.9)])
def test_a_pruned_trial_is_complete_with_its_last_finite_value(direction: StudyDirection, worst: float) -> None:
    seen = pruned_as_complete(HISTORY, direction)
    assert [t.state for t in seen] == [TrialState.COMPLETE] * 5 + [TrialState.FAIL]
    assert [t.value for t in seen[:5]] == [0.9, 0.4, 0.1, worst, worst]


def test_what_diverged_is_left_out_while_no_trial_has_a_value() -> None:
    assert pruned_as_complete(HISTORY[3:5], UP) == []


def test_the_trials_themselves_are_not_changed() -> None:
    before = repr(HISTORY)
    pruned_as_complete(HISTORY, UP)
    assert repr(HISTORY) == before


def test_the_inner_sampler_reads_the_view_and_writes_the_study() -> None:
    class Recording(RandomSampler):
        def sample_relative(self, study, trial, search_space):  # type: ignore[no-untyped-def]
            seen.extend(study.get_trials(states=(TrialState.COMPLETE,)))
            study._storage.set_study_system_attr(study._study_id, "written", 1)
            return {}

    seen: list[FrozenTrial] = []
    study = optuna.create_study(sampler=ViewingSampler(Recording(seed=0), pruned_as_complete))
    study.add_trials(HISTORY)
    study.ask().suggest_float("x", 0, 1)
    assert len(seen) == 5
    assert len(study.get_trials(states=(TrialState.COMPLETE,))) == 1
    assert study._storage.get_study_system_attrs(study._study_id) == {"written": 1}
