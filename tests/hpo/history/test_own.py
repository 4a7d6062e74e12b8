"""The sweep's own trials, from its study."""

import optuna
from optuna.trial import TrialState

from hpo.history import own_sweep
from hpo.space import FloatDimension, Space
from tests.hpo.history.toys import SPACE, START


def test_trials_as_they_stand_with_lengths_in_epochs() -> None:
    study = optuna.create_study(direction="minimize")
    for _ in range(5):
        study.enqueue_trial(SPACE.encode(START))
    done, pruned, diverged, running, silent = (study.ask() for _ in range(5))
    for trial in (done, pruned, diverged, running, silent):
        SPACE.suggest(trial)
    for step, value in ((10, 0.5), (20, 0.3)):
        done.report(value, step)
        done.set_user_attr(f"evaluation:{step:09d}", {"step": step, "epoch": step / 10})
    study.tell(done.number, 0.3)
    pruned.report(0.6, 5)
    pruned.set_user_attr("evaluation:000000005", {"step": 5, "epoch": 1.0})
    study.tell(pruned.number, state=TrialState.PRUNED)
    diverged.set_user_attr("outcome", {"cause": "diverged"})
    study.tell(diverged.number, state=TrialState.PRUNED)
    running.report(0.1, 1)

    found, numbers = own_sweep(study.get_trials(), SPACE, maximize=False)
    assert numbers == [done.number, pruned.number, diverged.number, running.number]
    assert [trial.state for trial in found.trials] == ["complete", "pruned", "pruned", "running"]
    assert [trial.curve for trial in found.trials] == [((1.0, 0.5), (2.0, 0.3)), ((1.0, 0.6),), (), ((1.0, 0.1),)]
    assert found.wins[0].tolist() == [0.5, 1.0, 1.0, 0.0]  # At the length of each: better, better, not broken, worse.


def test_trials_from_before_the_space_was_narrowed() -> None:
    study = optuna.create_study()
    for rate in (1e-4, 1e-1):
        study.enqueue_trial(SPACE.encode({**START, "train.learning_rate": rate}))
        trial = study.ask()
        SPACE.suggest(trial)
        study.tell(trial.number, 0.5)
    narrower = Space((FloatDimension.make("train.learning_rate", 1e-5, 1e-2, log=True), SPACE.dimensions[1]))
    found, numbers = own_sweep(study.get_trials(), narrower, maximize=False)
    assert numbers == [0]
    assert found.trials[0].params == {"train.learning_rate": 1e-4, "train.weight_decay": 0.1}
