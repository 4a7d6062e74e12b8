"""`hpo train`: train one configuration in this process, with the sweep's own training code."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from hpo.check import training_of
from hpo.commands.hydra_flags import composed
from hpo.terminal import words
from models.tasks import goal_of, task_for
from models.training import Evaluation, train


def run(arguments: list[str], console: Console) -> int:
    """Train one configuration; what the space says is left aside. Arguments: Hydra overrides and flags."""
    spec, output_dir = training_of(composed(arguments))
    folder = output_dir / f"train-{time.strftime('%m%d-%H%M%S')}"

    def report(evaluation: Evaluation) -> None:
        measured = ", ".join(f"{name} {words.number(value)}" for name, value in evaluation.metrics.items())
        loss = f"training loss {words.number(evaluation.train_loss)}"
        console.print(f"epoch {evaluation.epoch:g}: {measured}; {loss}", highlight=False, soft_wrap=True)

    result = train(spec, report, folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "result.json", asdict(result))
    where = f"{result.device}, {result.precision}"
    best = (
        f"best {goal_of(task_for(spec.data), spec)[0]} {words.number(result.best_value)} at epoch {result.best_epoch:g}"
    )
    console.print(f"{best}; {words.seconds(sum(asdict(result.seconds).values()))} on {where}", style="bold green")
    console.print(f"weights: {result.weights}", highlight=False, soft_wrap=True)
    return 0


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
