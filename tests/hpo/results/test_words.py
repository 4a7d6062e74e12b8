from typing import Any

import pytest

from hpo.results.words import ended, headline, ranking_table, table

BEST = {"number": 3, "value": 0.8, "params": {"train.learning_rate": 0.001}, "command": "", "weights": None}
FIRST = {"trial": 3, "mean": 0.78, "low": 0.74, "high": 0.82, "values": {"1042": 0.77, "1043": 0.79}}
FIRST |= {"searched": 0.8, "optimism": 0.02, "tie": False}


def trial(number: int, value: float | None, state: str = "complete", **more: Any) -> dict[str, Any]:
    found = {"number": number, "value": value, "state": state, "cause": None, "epochs": 2.0, "params": {"a.b": number}}
    return found | more


def summary(**given: Any) -> dict[str, Any]:
    known = {
        "name": "s",
        "metric": "accuracy",
        "direction": "maximize",
        "status": "finished",
        "left_because": "",
        "stopped": {"rule": "trials", "reason": "all 4 trials were begun", "trials": 4},
        "seconds": 75.0,
        "counts": {"waiting": 0, "complete": 3, "pruned": 1},
        "best": BEST,
        "front": [],
        "aims": None,
        "start": {"number": 0, "value": 0.7},
        "baselines": [{"name": "TF-IDF", "metrics": {"accuracy": 0.6}, "majority": False}],
        "confirmation": None,
        "trials": [trial(0, 0.7), trial(3, 0.8), trial(1, 0.9, "pruned", cause="scheduler"), trial(2, 0.5)],
    }
    return known | given


def confirmation(*others: dict[str, Any], **given: Any) -> dict[str, Any]:
    known = {
        "level": 0.95,
        "ranking": [FIRST, *others],
        "winner": {"trial": 3},
        "test": None,
        "no_test": "no test rows",
    }
    return known | {"test_looks": 0} | given


def test_unconfirmed_is_said_to_be_so() -> None:
    first, start, baseline = headline(summary())
    assert first.startswith("**accuracy 0.8** in one training, of trial 3. It was not confirmed")
    assert start == "The starting configuration had 0.7, 0.1 worse."
    assert baseline == "The best baseline, TF-IDF, had 0.6, 0.2 worse."


def test_a_winner_that_breaks_a_limit_is_said_to() -> None:
    broken = {**FIRST, "broken": {"1042": ["latency_ms is 21, not <= 20"]}}
    said = headline(summary(confirmation={**confirmation(), "ranking": [broken]}))[1]
    assert said == "**1 of these trainings did not keep the limits**: latency_ms is 21, not <= 20."


def test_confirmed_comes_with_its_interval() -> None:
    first, *rest = headline(summary(confirmation=confirmation()))
    assert first == "**accuracy 0.78** (95 % interval 0.74 to 0.82; mean of trial 3 under 2 fresh seeds)."
    assert rest[0] == "The search itself had 0.8, 0.02 better than that."
    assert rest[1] == "Not tested: no test rows."
    assert rest[2] == "The starting configuration had 0.7, 0.08 worse."


def test_a_tie_is_said() -> None:
    lines = headline(summary(confirmation=confirmation({**FIRST, "trial": 5, "tie": True})))
    assert lines[1] == "**A tie** with trial 5: so few seeds cannot tell them apart."


def test_a_gain_inside_the_interval_is_none() -> None:
    lines = headline(summary(confirmation=confirmation(), start={"number": 0, "value": 0.75}))
    assert "The starting configuration had 0.75, 0.03 worse, inside the interval: a gain is not shown." in lines


def test_the_test_rows_are_told_with_the_looks_at_them() -> None:
    test = {"rows": 156, "metrics": {"accuracy": 0.76}}
    lines = headline(summary(confirmation=confirmation(test=test, test_looks=2)))
    assert "On the 156 test rows (look 2 at them): accuracy 0.76." in lines


@pytest.mark.parametrize(("direction", "better"), [("maximize", False), ("minimize", True)])
def test_a_baseline_that_is_better_stands_out(direction: str, better: bool) -> None:
    line = headline(summary(direction=direction))[-1]
    assert ("**better than what the sweep found**" in line) is better


def test_nothing_found() -> None:
    assert headline(summary(best=None, trials=[])) == ["**No result**: no trial has a value."]
    broken = [trial(0, 0.7, violated=["latency_ms is 34, not <= 20"])]
    (line,) = headline(summary(best=None, trials=broken))
    assert "latency_ms is 34, not <= 20" in line


def test_how_it_ended() -> None:
    assert ended(summary()) == "Finished: 3 complete, 1 pruned in 1 min 15 s. It ended because all 4 trials were begun."
    left = ended(summary(status="stopped", left_because="asked to stop"))
    assert left.endswith("Left: asked to stop; `hpo resume s` goes on with it.")
    killed = ended(summary(status="running", stopped=None), "interrupted")
    assert killed.startswith("Interrupted: 3 complete")
    assert "`hpo resume s` goes on with it" in killed


def test_the_ranking_has_complete_trials_first_and_the_baselines_among_them() -> None:
    lines = ranking_table(summary()).splitlines()
    assert lines[0] == "| rank | trial | accuracy | epochs | state | configuration |"
    assert [line.split(" | ")[1].strip() for line in lines[2:]] == ["3", "0", "", "2", "1"]
    assert lines[4] == "|  |  | 0.6 |  | baseline | TF-IDF |"
    assert lines[6] == "| 4 | 1 | 0.9 | 2 | pruned (scheduler) | `b=1` |"
    assert ranking_table(summary(trials=[], baselines=[])) == ""


def test_cells_cannot_break_a_table() -> None:
    assert table(["a"], [["x | <b>\ny"]]).splitlines()[-1] == "| x \\| &lt;b> y |"
