import optuna
from optuna.samplers import RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.samplers.view import ViewingSampler


def half(trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    return trials[: len(trials) // 2]


def test_the_inner_sampler_reads_the_view_and_writes_the_study() -> None:
    class Recording(RandomSampler):
        def sample_relative(self, study, trial, search_space):  # type: ignore[no-untyped-def]
            seen.extend(study.get_trials(states=(TrialState.COMPLETE,)))
            study._storage.set_study_system_attr(study._study_id, "written", 1)
            return {}

    seen: list[FrozenTrial] = []
    study = optuna.create_study(sampler=ViewingSampler(Recording(seed=0), half))
    study.add_trials([create_trial(value=float(n)) for n in range(7)])
    study.ask().suggest_float("x", 0, 1)
    assert [trial.value for trial in seen] == [0, 1, 2, 3], "of eight trials, with the new one"
    assert len(study.get_trials(states=(TrialState.COMPLETE,))) == 7
    assert study._storage.get_study_system_attrs(study._study_id) == {"written": 1}
