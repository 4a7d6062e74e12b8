import shlex

import pytest

from hpo.config.compose import compose
from hpo.config.resolve import resolve
from hpo.ledger import Cause, State, TrialRecord
from hpo.results import best_trial, ranking, train_command


def record(number: int, state: State, value: float | None) -> TrialRecord:
    return TrialRecord(number, state, {}, value=value, cause=Cause.SCHEDULER if state is State.PRUNED else None)


RECORDS = [
    record(0, State.COMPLETE, 0.5),
    record(1, State.PRUNED, 0.9),
    record(2, State.COMPLETE, 0.7),
    record(3, State.FAILED, None),
    record(4, State.COMPLETE, 0.7),
]


@pytest.mark.parametrize(("maximize", "order", "best"), [(True, [1, 2, 4, 0], 2), (False, [0, 2, 4, 1], 0)])
def test_ranking_and_best(maximize: bool, order: list[int], best: int) -> None:
    assert [r.number for r in ranking(RECORDS, maximize)] == order
    found = best_trial(RECORDS, maximize)
    assert found is not None
    assert found.number == best


def test_pruned_trial_is_best_only_where_none_is_complete() -> None:
    found = best_trial([RECORDS[1], RECORDS[3]], maximize=True)
    assert found is not None
    assert found.number == 1
    assert best_trial([RECORDS[3]], maximize=True) is None
    stopped = record(5, State.FAILED, 0.95)  # by the person, on its way
    assert best_trial([*RECORDS, stopped], maximize=True) is RECORDS[2]


def test_command_trains_the_same_configuration() -> None:
    about = {
        "overrides": [
            "data=csv",
            "data.train=my rows.csv",
            "sweep.trials=3",
            "train.learning_rate=1e-3",
            "space.model.choices=[minilm,tiny]",
            "sampler=gp",
            "model=minilm",
        ],
        "fixed": {"train.epochs": 2},
    }
    params = {"model": "tiny", "train.learning_rate": 3.3e-05, "train.early_stopping_patience": None}
    command = shlex.split(train_command(about, params))
    assert command[:2] == ["hpo", "train"]
    config = resolve(compose(command[2:])).config
    assert (config.model.name, config.train.learning_rate, config.train.epochs) == ("tiny", 3.3e-05, 2)
    assert config.data.train == "my rows.csv"
    assert config.train.early_stopping_patience is None
