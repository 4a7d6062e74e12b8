from typing import Any

import pytest
from rich.console import Console

from hpo.terminal.tables import ranking_table, show_summary
from tests.hpo.results.test_words import summary


def test_first_in_the_ranking_is_the_best_complete_trial() -> None:
    states = [("complete", 0.5), ("pruned", 0.9), ("complete", 0.7), ("failed", None)]
    trials = [
        {"number": n, "state": state, "cause": None, "value": value, "epochs": 1.0, "params": {}}
        for n, (state, value) in enumerate(states)
    ]
    console = Console(width=100, record=True)
    console.print(ranking_table({"metric": "accuracy", "direction": "maximize", "trials": trials}))
    rows = [line.split()[:3] for line in console.export_text().splitlines()[1:4]]
    assert rows == [["1", "2", "0.7"], ["2", "0", "0.5"], ["3", "1", "0.9"]]


@pytest.mark.parametrize(("baseline", "said"), [(0.6, "0.2 worse."), (0.9, "0.1 better than what the sweep found.")])
def test_the_best_is_held_against_the_best_baseline(baseline: float, said: str) -> None:
    extra: dict[str, Any] = {"slots": {}, "model_uri": None, "mlflow": {"uri": "sqlite:///m.db"}, "importance": None}
    extra["baselines"] = [{"name": "TF-IDF", "metrics": {"accuracy": baseline}}]
    console = Console(width=120, record=True)
    show_summary(console, summary(**extra))
    assert f"The best baseline, TF-IDF, had {baseline}, {said}" in console.export_text()
