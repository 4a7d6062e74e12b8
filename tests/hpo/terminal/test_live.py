import io
from pathlib import Path

import pytest
from rich.console import Console

from hpo.budget import Budget
from hpo.ledger import State, TrialRecord
from hpo.terminal.live import Display
from tests.hpo.confirm.conftest import plan_of


@pytest.mark.parametrize(
    ("overrides", "params", "shown"),
    [
        (["train.epochs=5"], {}, "2/5"),
        (["train.max_steps=40"], {}, "2"),
        (["space.train.epochs={choices: [2, 8]}"], {"train.epochs": 8}, "2/8"),
    ],
)
def test_how_far_a_trial_is(
    rows_file: Path, tmp_path: Path, overrides: list[str], params: dict[str, int], shown: str
) -> None:
    console = Console(file=io.StringIO(), width=160, force_terminal=True, color_system=None)
    display = Display(plan_of(tmp_path, rows_file, tmp_path / "mlflow.db", *overrides), Budget(None), console)
    evaluated = {"step": 4, "epoch": 2.0, "metrics": {"accuracy": 0.75}}
    params = {"train.learning_rate": 1e-3, **params}
    display.started(TrialRecord(0, State.RUNNING, params, evaluations=[evaluated]))
    console.print(display._render())
    assert isinstance(console.file, io.StringIO)
    assert ["0", shown, "0.75"] in [line.split()[:3] for line in console.file.getvalue().splitlines()]
