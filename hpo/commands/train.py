"""`hpo train`: train one configuration in this process, with the sweep's own training code."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console

from hpo.again import Again, again
from hpo.check import training_of
from hpo.commands.hydra_flags import composed
from hpo.ledger import State
from hpo.terminal import words
from hpo.trained import RESULT
from hpo.unfinished import FLAG as RESUME
from hpo.unfinished import unfinished, write_start
from models.data import prepare
from models.tasks import goal_of, task_for
from models.training import Evaluation, newest_checkpoint, train


def run(arguments: list[str], console: Console) -> int:
    """Train one configuration; what the space says is left aside.

    Arguments: Hydra overrides and flags; `--from NAME [--trial K]` for those of a sweep's trial, or `--schedule FILE`
    for a trial of a population; `--resume FOLDER` to go on with a training that was interrupted.
    """
    left = unfinished(arguments)
    origin = again(arguments) if left is None else None
    config = composed(left.arguments if left else origin.arguments if origin else arguments)
    spec, output_dir = training_of(config)
    known = left or origin
    spec = replace(spec, changes=() if known is None else known.changes)
    metric, maximize = goal_of(task_for(spec.data), spec)
    fingerprint = prepare(spec.data, spec.model, spec.cache_dir).fingerprint
    if origin is not None:
        _announce(origin, metric, fingerprint, console)
    folder = left.folder if left else _new_folder(output_dir)
    config_dir = None if config.config_dir is None else str(Path(config.config_dir).resolve())
    write_start(folder, config.overrides, config_dir, spec.changes)

    def report(evaluation: Evaluation) -> None:
        measured = ", ".join(f"{name} {words.number(value)}" for name, value in evaluation.metrics.items())
        loss = f"training loss {words.number(evaluation.train_loss)}"
        console.print(f"epoch {evaluation.epoch:g}: {measured}; {loss}", highlight=False, soft_wrap=True)

    try:
        result = train(spec, report, folder, resume=left is not None)
    except KeyboardInterrupt:
        if newest_checkpoint(folder) is not None:
            console.print(f"go on with it: hpo train {RESUME} {folder}", highlight=False, soft_wrap=True)
        raise
    about: dict[str, object] = {"metric": metric, "data_fingerprint": fingerprint}
    about |= {"overrides": list(config.overrides), "config_dir": config_dir}
    _write(folder / RESULT, about | asdict(result))
    where = f"{result.device}, {result.precision}"
    best = f"best {metric} {words.number(result.best_value)} at epoch {result.best_epoch:g}"
    console.print(f"{best}; {words.seconds(sum(asdict(result.seconds).values()))} on {where}", style="bold green")
    if origin is not None and origin.record.value is not None and not origin.changed:
        since = spec.changes[-1].step if spec.changes else 0
        values = [e.metrics[metric] for e in result.evaluations if e.step > since]
        _compare(origin, metric, (max if maximize else min)(values, default=result.best_value), console)
    console.print(f"weights: {result.weights}", highlight=False, soft_wrap=True)
    return 0


def _new_folder(output_dir: Path) -> Path:
    """Named by the time; two trainings that begin in one second get one each."""
    name, number = f"train-{time.strftime('%m%d-%H%M%S')}", 1
    while True:
        folder = output_dir / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder


def _announce(origin: Again, metric: str, fingerprint: str, console: Console) -> None:
    record = origin.record
    value = f", {metric} {words.number(record.value)} at epoch {record.value_epoch:g}" if record.value_epoch else ""
    changed = f"; changed: {' '.join(origin.changed)}" if origin.changed else ""
    what = f"trial {record.number} of {origin.sweep} ({record.state.value}{value}){changed}"
    console.print(what, highlight=False, markup=False, soft_wrap=True)
    if fingerprint != origin.data_fingerprint:
        console.print("note: the data are not those of the sweep any more", style="yellow", soft_wrap=True)


def _compare(origin: Again, metric: str, reached: float, console: Console) -> None:
    """Whether the trial's value came out again."""
    record = origin.record
    if reached == record.value:
        what = f"the same {metric} as trial {record.number}, to the last digit"
    elif record.state is State.COMPLETE:
        what = f"trial {record.number} had {metric} {record.value!r}, this training {reached!r}"
    else:
        what = (
            f"trial {record.number} had {metric} {words.number(record.value)} when it was ended ({record.state.value})"
        )
    console.print(what, highlight=False, markup=False, soft_wrap=True)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
