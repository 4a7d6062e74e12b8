"""Evaluation of a trained model's folder on a split that its training did not look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.data import prepare
from models.errors import InputError
from models.predict import Predictor
from models.spec import TrainSpec
from models.tasks import EvalSet, task_for
from models.training.pieces import fewer_at_once


@dataclass(frozen=True)
class Evaluated:
    """What a trained model reaches.

    Attributes:
        metrics: Every metric of the task, by its plain name.
        rows: How many rows they were measured on.
    """

    metrics: dict[str, float]
    rows: int


def rows_of(spec: TrainSpec, split: str) -> int:
    """How many rows a split of the training's data has."""
    return len(getattr(prepare(spec.data, spec.model, spec.cache_dir), split))


def evaluate(
    folder: Path | str, spec: TrainSpec, split: str = "test", *, gpu: bool = False, trust_remote_code: bool = False
) -> Evaluated:
    """Measure a trained model, in fp32.

    Args:
        folder: Weights that a training wrote (`TrainResult.weights`).
        spec: Of that training: its data, and how they become tokens.
        split: `train`, `validation` or `test`.
        gpu: Compute on the GPU.
        trust_remote_code: Run Python code that the folder's configuration names.

    Raises:
        InputError: The split has no rows, or the folder is no trained model's.
        TrainingOutOfMemoryError: One row does not fit into memory.
    """
    data = prepare(spec.data, spec.model, spec.cache_dir)
    rows = len(getattr(data, split))
    if not rows:
        raise InputError.one(f"data.{split}", f"has no rows to evaluate {folder} on")
    predictor = Predictor.load(folder, gpu=gpu, trust_remote_code=trust_remote_code)
    task, found = task_for(spec.data), EvalSet.of(data, split, spec.data.num_beams)

    def measured(at_once: int) -> dict[str, float]:
        return task.evaluate(predictor.network, found, at_once, predictor.device)

    metrics, _ = fewer_at_once(measured, spec.train.eval_batch_size, "an evaluation", predictor.device)
    return Evaluated(metrics, rows)
