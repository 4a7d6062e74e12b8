"""What a person sees while the confirmation runs: a table in a terminal, lines elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from hpo.budget import Budget
from hpo.confirm.retraining import CONFIGURATION, SEED
from hpo.ledger import Attempt, State, TrialRecord
from hpo.plan import Plan
from hpo.terminal.confirming import Confirming
from hpo.terminal.live import Display


def watched(plan: Plan, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=160, force_terminal=terminal, color_system=None)
    display = Display(plan, Budget(None), console)
    observer = Confirming(display, "accuracy")
    record = TrialRecord(0, State.RUNNING, {CONFIGURATION: 7, SEED: 1042}, attempts=[Attempt(0.0, end="left")])
    observer.started(record)
    record.evaluations.append({"step": 4, "epoch": 2.0, "metrics": {"accuracy": 0.75}})
    record.value = 0.75
    observer.evaluated(record)
    if terminal:
        console.print(display._render())
    observer.paused(record)
    observer.resumed(record)
    record.state = State.COMPLETE
    observer.ended(record)
    if terminal:
        console.print(display._render())
    return out.getvalue()


def test_in_a_terminal(make_plan: Callable[..., Plan]) -> None:
    lines = [line.split() for line in watched(make_plan(), terminal=True).splitlines()]
    assert ["7", "1042", "2", "0.75"] in lines
    assert [line[-3:] for line in lines if line[:1] == ["confirming"]] == [
        ["0", "trainings", "ended"],
        ["1", "trainings", "ended"],
    ]


def test_elsewhere(make_plan: Callable[..., Plan]) -> None:
    assert watched(make_plan(), terminal=False).splitlines()[-5:] == [
        "confirming trial 7, seed 1042: begins",
        "confirming trial 7, seed 1042: epoch 2 accuracy=0.75",
        "confirming trial 7, seed 1042: paused (left) after 2 epochs",
        "confirming trial 7, seed 1042: goes on after 2 epochs",
        "confirming trial 7, seed 1042: complete accuracy=0.75",
    ]
