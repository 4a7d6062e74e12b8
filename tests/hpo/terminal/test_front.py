from typing import Any

from rich.console import Console

from hpo.aims import Aim, Aims, Constraint
from hpo.terminal.front import nothing_feasible, show_front

TWO = {
    "metrics": [{"name": "accuracy", "direction": "maximize"}, {"name": "latency_ms", "direction": "minimize"}],
    "constraints": ["latency_ms <= 20"],
}
BROKEN = {"state": "pruned", "violated": ["latency_ms is 34.2, not <= 20"]}
COMPLETE = {"state": "complete", "violated": ["latency_ms is 22, not <= 20"]}


def shown(summary: dict[str, Any]) -> str:
    console = Console(width=120, record=True)
    show_front(console, summary)
    return console.export_text()


def test_the_front_has_a_row_for_each_member_and_a_column_for_each_aim() -> None:
    member = {"number": 7, "values": {"accuracy": 0.91, "latency_ms": 12.5}, "params": {"model.layers": 3}}
    text = shown({"aims": TWO, "front": [member], "trials": [BROKEN, COMPLETE, {"state": "complete"}]})
    assert ["7", "0.91", "12.5", "layers=3"] in [line.split() for line in text.splitlines()]
    assert "limits: latency_ms <= 20; 2 of 3 trials break them, 1 of these ended early by it" in text


def test_a_sweep_for_one_metric_shows_nothing() -> None:
    assert shown({"aims": None, "front": [], "trials": []}) == ""


def test_an_empty_front_is_said() -> None:
    assert "none yet" in shown({"aims": TWO, "front": [], "trials": []})


def test_why_no_trial_is_the_best() -> None:
    assert nothing_feasible({"trials": [BROKEN]}) == (
        "no trial with a result keeps the limits: latency_ms is 34.2, not <= 20"
    )
    assert nothing_feasible({"trials": [{"state": "failed"}]}) == ""


def test_aims_in_words() -> None:
    aims = Aims((Aim("accuracy", True), Aim("latency_ms", False)), (Constraint("size_mib", "<", 50.0),))
    assert str(aims) == "accuracy (maximize), latency_ms (minimize); size_mib < 50"
