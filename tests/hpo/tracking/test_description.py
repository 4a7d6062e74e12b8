"""What a sweep's description says, and that MLflow's databases take it."""

from typing import Any

from hpo.ledger import State, TrialRecord
from hpo.tracking.description import CHARACTERS, begun, gave_up, left, under_way
from hpo.tracking.progress import Progress


def trial(number: int, value: float | None, length: int = 1) -> dict[str, Any]:
    params = {f"train.{'x' * length}": 0.001}
    found = {"number": number, "state": "complete", "cause": None, "value": value, "epochs": 2.0, "params": params}
    return found | {"command": f"hpo train train.x={number}", "weights": None}


def summary(trials: list[dict[str, Any]]) -> dict[str, Any]:
    valued = [trial for trial in trials if trial["value"] is not None]
    return {
        "name": "first",
        "metric": "accuracy",
        "direction": "maximize",
        "status": "finished",
        "left_because": "",
        "stopped": None,
        "seconds": 65.0,
        "counts": {"complete": len(trials)},
        "best": max(valued, key=lambda trial: float(trial["value"]), default=None),
        "aims": None,
        "front": [],
        "start": None,
        "baselines": [],
        "confirmation": None,
        "model_uri": "models:/first@champion",
        "trials": trials,
    }


def test_the_result_comes_first_then_the_ranking_and_the_commands() -> None:
    text = left(summary([trial(0, 0.5), trial(1, 0.75)]))
    assert text.startswith("**accuracy 0.75**")
    assert text.index("### Ranking") < text.index("hpo train train.x=1") < text.index("models:/first@champion")
    assert "hpo train train.x=0" not in text


def test_a_sweep_without_a_result_says_so() -> None:
    text = left(summary([trial(0, None)]))
    assert text.startswith("**No result**")
    assert "###" not in text


def test_long_configurations_leave_room_for_the_commands() -> None:
    many = [trial(number, number / 100, 300) for number in range(30)]
    text = left(summary(many))
    assert len(text) <= CHARACTERS
    assert "hpo results first" in text
    assert len(left(summary([trial(0, 0.5, 6000)]))) <= CHARACTERS
    assert len(gave_up("first", "x" * 9000)) <= CHARACTERS


def test_while_it_runs_it_has_the_best_so_far() -> None:
    progress = Progress("accuracy", maximize=True)
    assert "No trial has ended" in begun("first", "accuracy")
    for number, value in enumerate((0.5, 0.75, 0.25)):
        record = TrialRecord(number, State.COMPLETE, {"train.batch_size": 8}, value=value, ended_at=1.0)
        progress.take(record)
    text = under_way("first", "accuracy", progress, 10)
    assert "3 of 10 trials have ended" in text
    assert "**accuracy 0.75**, of trial 1: `batch_size=8`" in text
    assert "hpo status first" in text
