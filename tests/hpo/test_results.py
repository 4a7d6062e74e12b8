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


def test_command_leaves_out_what_the_trials_option_has_no_key_for() -> None:
    about = {"overrides": ["model=tiny", "model.hidden_size=64", "tuning=lora", "tuning.rank=4"], "fixed": {}}
    commands = {name: shlex.split(train_command(about, {"tuning": name})) for name in ("full", "lora")}
    assert commands["full"] == ["hpo", "train", "model=tiny", "model.hidden_size=64", "tuning=full"]
    assert commands["lora"][2:] == ["model=tiny", "model.hidden_size=64", "tuning.rank=4", "tuning=lora"]
    assert not compose(commands["full"][2:]).problems


@pytest.mark.parametrize("value", ["plain", "with, comma and 'quote'", "C:\\new", "键=值", "[x]"])
def test_texts_survive_shell_and_hydra(value: str) -> None:
    command = shlex.split(train_command({"overrides": ["data=csv"], "fixed": {}}, {"data.text": value}))
    found = compose(command[2:])
    assert not found.problems
    assert found.config.data.text == value
