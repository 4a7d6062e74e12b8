import math
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from hpo.errors import InputError, UnknownSweepError
from hpo.ledger import Cause, Ledger, Outcome, State, ledger_url, sweep_names


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(ledger_url(tmp_path), "first", maximize=True, about={"metric": "accuracy"})


def evaluation(step: int, accuracy: float) -> dict:
    return {"step": step, "epoch": step / 10, "metrics": {"accuracy": accuracy}, "train_s": 2.0}


def run(ledger: Ledger, values: list[float], outcome: Outcome) -> int:
    number = ledger.study.ask().number
    ledger.start(number, {"train.learning_rate": 0.1, "tuning.targets": ["a", "b"]})
    for step, value in enumerate(values, start=1):
        ledger.evaluate(number, evaluation(10 * step, value), value)
    ledger.end(ledger.trial(number), outcome)
    return number


@pytest.mark.parametrize(
    ("cause", "state", "optuna_state"),
    [
        (None, State.COMPLETE, TrialState.COMPLETE),
        (Cause.EARLY_STOP, State.COMPLETE, TrialState.COMPLETE),
        (Cause.SCHEDULER, State.PRUNED, TrialState.PRUNED),
        (Cause.DIVERGED, State.PRUNED, TrialState.PRUNED),
        (Cause.OUT_OF_MEMORY, State.PRUNED, TrialState.PRUNED),
        (Cause.ERROR, State.FAILED, TrialState.FAIL),
        (Cause.LOST, State.FAILED, TrialState.FAIL),
        (Cause.STOPPED_BY_USER, State.FAILED, TrialState.FAIL),
    ],
)
def test_optuna_is_told_the_truth(ledger: Ledger, cause: Cause | None, state: State, optuna_state: TrialState) -> None:
    number = run(ledger, [0.5, 0.75, 0.625], Outcome(cause, "because"))
    told = ledger.study.trials[number]
    assert told.state is optuna_state
    assert told.intermediate_values == {10: 0.5, 20: 0.75, 30: 0.625}
    record = ledger.trials()[number]
    assert (record.state, record.cause, record.value, record.value_epoch) == (state, cause, 0.75, 2.0)
    assert told.value == (0.75 if state is State.COMPLETE else 0.625 if state is State.PRUNED else None)


def test_record_survives_the_process_that_wrote_it(ledger: Ledger, tmp_path: Path) -> None:
    run(ledger, [0.5], Outcome(None, facts={"device": "cpu"}))
    ledger.set_run_id(0, "abc")
    (record,) = Ledger.open(ledger_url(tmp_path), "first").trials()
    assert record.params == {"train.learning_rate": 0.1, "tuning.targets": ["a", "b"]}
    (entry,) = record.evaluations
    assert {key: entry[key] for key in evaluation(10, 0.5)} == evaluation(10, 0.5)
    assert (record.start_seq, entry["seq"], record.end_seq) == (1, 2, 3)
    assert record.started_at <= entry["at"] <= record.ended_at
    assert (record.facts, record.mlflow_run_id, record.epochs, record.steps) == ({"device": "cpu"}, "abc", 1.0, 10)
    assert record.seconds("train_s") == 2.0


def test_nan_is_kept_out_of_the_curve_and_the_value(ledger: Ledger) -> None:
    number = run(ledger, [0.5, math.nan], Outcome(Cause.DIVERGED, "nan"))
    assert ledger.study.trials[number].intermediate_values == {10: 0.5}
    assert ledger.trials()[number].value == 0.5
    assert len(ledger.trials()[number].evaluations) == 2


def test_first_of_equal_values_is_the_best(ledger: Ledger) -> None:
    number = run(ledger, [0.5, 0.75, 0.75], Outcome())
    assert ledger.trials()[number].value_epoch == 2.0


def test_unknown_sweep_names_the_known(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(UnknownSweepError, match=r"NAME: no sweep called 'other' .*there are: first"):
        Ledger.open(ledger_url(tmp_path), "other")


def test_name_is_taken_once(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sweep.name: 'first' is taken"):
        Ledger.create(ledger_url(tmp_path), "first", maximize=True, about={})


def test_a_name_whose_sweep_was_never_begun_is_free(ledger: Ledger, tmp_path: Path) -> None:
    """As after a kill between the making of the study and its first facts."""
    optuna.create_study(study_name="half", storage=ledger_url(tmp_path))
    assert "half" not in sweep_names(ledger_url(tmp_path))
    made = Ledger.create(ledger_url(tmp_path), "half", maximize=True, about={"metric": "accuracy"})
    assert made.about["metric"] == "accuracy"


def test_names_newest_first(ledger: Ledger, tmp_path: Path) -> None:
    Ledger.create(ledger_url(tmp_path), "second", maximize=False, about={})
    assert sweep_names(ledger_url(tmp_path)) == ["second", "first"]
    assert sweep_names(ledger_url(tmp_path / "nowhere")) == []


def test_wal_mode(ledger: Ledger, tmp_path: Path) -> None:
    run(ledger, [0.5], Outcome())
    assert (tmp_path / "ledger.db-wal").exists()
