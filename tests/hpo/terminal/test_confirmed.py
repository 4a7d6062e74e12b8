"""What a person sees of a confirmation."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from hpo.terminal.confirmed import show_confirmed


def row(trial: int, mean: float | None, **more: Any) -> dict[str, Any]:
    ends = {"low": None if mean is None else mean - 0.05, "high": None if mean is None else mean + 0.05}
    plain = {"trial": trial, "searched": 0.9, "mean": mean, **ends, "values": {} if mean is None else {"1": 1, "2": 2}}
    return {**plain, "unstable": 0, "failed": 0, "tie": False, "p_value": None, "optimism": 0.1, "run": 0, **more}


def shown(found: dict[str, Any] | None, trials: int = 4) -> str:
    out = io.StringIO()
    show_confirmed(Console(file=out, width=160), {"metric": "accuracy", "confirmation": found, "trials": [{}] * trials})
    return out.getvalue()


FOUND: dict[str, Any] = {
    "level": 0.95,
    "trials": 4,
    "ranking": [row(3, 0.8), row(7, 0.79, tie=True, p_value=0.71234), row(1, 0.5, p_value=0.001, failed=1)],
    "winner": {"trial": 3, "run": 0, "seed": 1042, "value": 0.81},
    "test": {"trial": 3, "run": 0, "at": 1.0, "metrics": {"accuracy": 0.78}, "rows": 500},
    "no_test": "",
    "test_looks": 1,
    "delivered": {"command": "hpo train", "weights": "best"},
}


def test_ranking_with_intervals_ties_and_the_test() -> None:
    text = shown(FOUND)
    lines = [line.split() for line in text.splitlines()]
    assert ["1", "3", "0.8", "0.75", "to", "0.85", "2", "0.9", "+0.1", "winner"] in lines
    assert ["2", "7", "0.79", "0.74", "to", "0.84", "2", "0.9", "+0.1", "tie,", "p", "=", "0.7123"] in lines
    assert any("1 failed, p = 0.001" in " ".join(line) for line in lines)
    assert "trial 3 with mean accuracy 0.8; a tie with trial 7" in text
    assert "test: accuracy 0.78 on 500 rows, the only look at them" in text
    assert "ended later" not in text


def test_later_trials_and_further_looks_are_told() -> None:
    text = shown({**FOUND, "test_looks": 2}, trials=6)
    assert "2 trials ended later" in text
    assert "look 2 at them" in text


def test_what_is_not_there_is_said() -> None:
    assert shown(None) == ""
    text = shown({**FOUND, "test": None, "no_test": "the data have no test rows"})
    assert "not tested: the data have no test rows" in text
    nothing = {**FOUND, "ranking": [row(3, None, optimism=None, unstable=2)], "winner": None, "test": None}
    assert "no configuration was confirmed" in shown(nothing)
    assert "2 unstable" in shown(nothing)


def test_a_winner_that_breaks_a_limit_is_said_to() -> None:
    broken = {"1042": ["latency_ms is 21, not <= 20"]}
    assert "winner, 1 beyond a limit" in shown({**FOUND, "ranking": [row(3, 0.8, broken=broken)]})
