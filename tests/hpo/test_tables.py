from rich.console import Console

from hpo.terminal.tables import ranking_table


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
