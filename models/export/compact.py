"""A trained model with int8 linear layers: a folder that `Predictor` loads, and what was gained and lost."""

from __future__ import annotations

import copy
import os
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from models.data import prepare
from models.errors import InputError
from models.export.folder import README, check_new
from models.export.readme import Origin, readme
from models.predict import Predictor
from models.quantize import INT8, quantize
from models.spec import TrainSpec
from models.tasks import EvalSet, goal_of, saved, task_for
from models.training.threads import pinned_threads

BATCHES = (1, 32)
ROUNDS, LONGEST_S = 15, 60.0  # Of measuring latency; never less than `LEAST`.
LEAST = 3
MIB = 2**20
CODE = """\
from models.predict import Predictor

predictor = Predictor.load(".")
predictor.predict([{example}])
"""
NOTE = (
    "The folder is this project's own (`hpo predict FOLDER`, `models.predict.Predictor`): transformers and its"
    " pipelines cannot load weights that were quantized so. Linear layers have int8 weights, a scale for each output;"
    " inputs are quantized at each call. For CPUs."
)


@dataclass(frozen=True)
class Measured:
    """One of the two models.

    Attributes:
        name: `fp32` or `int8`.
        mib: Weights on disk, MiB.
        ms_per_row: Median milliseconds a row from text to prediction, by batch size.
        metric: Its value on the validation rows.
    """

    name: str
    mib: float
    ms_per_row: dict[int, float]
    metric: float


@dataclass(frozen=True)
class Compact:
    """A written folder.

    Attributes:
        folder: Where it is.
        metric: Name of the metric.
        before, after: What was measured.
        conditions: How, in words.
    """

    folder: Path
    metric: str
    before: Measured
    after: Measured
    conditions: str

    def rows(self) -> list[tuple[str, str, str, str]]:
        """A table: what, before, after, after in relation to before."""
        before, after = self.before, self.after
        sizes = ("weights on disk", f"{before.mib:.1f} MiB", f"{after.mib:.1f} MiB", f"{after.mib / before.mib:.0%}")
        found = [sizes]
        for size, one in before.ms_per_row.items():
            other = after.ms_per_row[size]
            found.append((f"ms a row, batches of {size}", f"{one:.2f}", f"{other:.2f}", f"{other / one:.0%}"))
        change = after.metric - before.metric
        found.append((f"validation {self.metric}", f"{before.metric:.4f}", f"{after.metric:.4f}", f"{change:+.4f}"))
        return found


def compact(source: Path, to: Path, origin: Origin, spec: TrainSpec, *, trust_remote_code: bool = False) -> Compact:
    """Round the linear layers, write the model, and measure both.

    Args:
        source: Folder of a trained model.
        to: The new folder; must not be there.
        origin: For its README.
        spec: Its training: the validation rows, the metric, the threads.
        trust_remote_code: As for `Predictor.load`.

    Raises:
        InputError: `to` is there, the model has no linear layers, or is quantized already.
    """
    check_new(to)
    before = Predictor.load(source, trust_remote_code=trust_remote_code)
    if before.card.quantized is not None:
        raise InputError.one("NAME", f"is quantized to {before.card.quantized} already")
    if before.card.task != spec.data.task:
        raise InputError.one("NAME", f"is for {before.card.task}, but its configuration for {spec.data.task}")
    network = copy.deepcopy(before.network)
    quantize(network)
    card = replace(before.card, quantized=INT8)
    new = to.with_name(f".{to.name}.made-{os.getpid()}")
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        saved.save(new, card, network.config, before.tokenizers, dict(network.state_dict()))
        found = _measure(before, source, new, spec, trust_remote_code)
        example = repr(_inputs(spec)[0])
        text = readme(card, origin, CODE.format(example=example), [NOTE], _section(found))
        (new / README).write_text(text, encoding="utf-8")
        new.rename(to)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return replace(found, folder=to)


def _measure(before: Predictor, source: Path, new: Path, spec: TrainSpec, trust_remote_code: bool) -> Compact:
    after = Predictor.load(new, trust_remote_code=trust_remote_code)
    metric, _ = goal_of(task_for(spec.data), spec)
    inputs = _inputs(spec)
    with pinned_threads(spec.device.cpus):
        values = [_metric(predictor, spec, metric) for predictor in (before, after)]
        times, rounds = _latencies((before, after), inputs)
    threads = f"{spec.device.cpus} thread{'s' if spec.device.cpus > 1 else ''}"
    conditions = (
        f"from text to prediction, medians of {rounds} interleaved rounds over {len(inputs)} validation rows, {threads}"
    )
    one, other = (
        Measured(name, (folder / saved.WEIGHTS).stat().st_size / MIB, ms, value)
        for name, folder, ms, value in zip(("fp32", INT8), (source, new), times, values, strict=True)
    )
    return Compact(new, metric, one, other, conditions)


def _metric(predictor: Predictor, spec: TrainSpec, metric: str) -> float:
    validation = EvalSet.of(prepare(spec.data, spec.model, spec.cache_dir), "validation", spec.data.num_beams)
    task, device = task_for(spec.data), torch.device("cpu")
    return task.evaluate(predictor.network, validation, spec.train.eval_batch_size, device)[metric]


def _inputs(spec: TrainSpec) -> list[dict[str, Any]]:
    """Validation rows without their answers."""
    data = prepare(spec.data, spec.model, spec.cache_dir)
    answers = ("label", "target", "references", "answers", "starts", "id")
    rows = data.examples(max(BATCHES))[: max(BATCHES)]
    return [{key: value for key, value in row.items() if key not in answers} for row in rows]


def _latencies(predictors: Sequence[Predictor], inputs: list[Any]) -> tuple[list[dict[int, float]], int]:
    """Median milliseconds a row of each predictor, by batch size; the predictors take turns, row by row."""
    for predictor in predictors:
        predictor.predict(inputs, max(BATCHES))  # The first call also packs weights.
    seconds: list[dict[int, list[float]]] = [{size: [] for size in BATCHES} for _ in predictors]
    begin, rounds = time.perf_counter(), 0
    while rounds < LEAST or (rounds < ROUNDS and time.perf_counter() - begin < LONGEST_S):
        for size in BATCHES:
            chosen = [inputs[rounds % len(inputs)]] if size == 1 else inputs[:size]
            for predictor, taken in zip(predictors, seconds, strict=True):
                start = time.perf_counter()
                predictor.predict(chosen, size)
                taken[size].append((time.perf_counter() - start) / len(chosen))
        rounds += 1
    return [{size: 1000 * statistics.median(all_s) for size, all_s in taken.items()} for taken in seconds], rounds


def _section(found: Compact) -> str:
    lines = [f"| {' | '.join(row)} |" for row in found.rows()]
    head = f"| | {found.before.name} | {found.after.name} | |\n| --- | --- | --- | --- |"
    return "\n".join(["", "## Before and after", "", head, *lines, "", f"Measured {found.conditions}.", ""])
