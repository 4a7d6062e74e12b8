"""Recorded curves as tables: one row a configuration that was trained to its end, or until it diverged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.replay.columns import Columns, columns_of
from hpo.space import FloatDimension
from hpo.space.dimension import Dimension

LOG_NAMES = ("learning_rate", "epsilon", "l1", "l2", "linear_decay", "exponential_decay")
BETAS = ("beta1", "beta2")
HUGE = 1e6  # A loss beyond it has diverged.
TASKSET_TOP, ALGOPERF_TOP = 0.01, 0.03
ALGOPERF_EPOCHS = 100  # A whole training, whatever its number of steps.
STEPS_AN_EPOCH = 100


@dataclass(frozen=True)
class Row:
    """One recorded training.

    Attributes:
        params: A point of the table's space.
        epochs: Where each evaluation was made, rising, shape (evaluations,).
        losses: The metric there; from a place that is not finite on, the training had diverged. Shape (evaluations,).
        costs: What each took since the one before, shape (evaluations,).
    """

    params: Mapping[str, Any]
    epochs: np.ndarray
    losses: np.ndarray
    costs: np.ndarray

    @property
    def final(self) -> float:
        """The last loss; infinite where the training diverged."""
        return float(self.losses[-1]) if np.isfinite(self.losses).all() else np.inf


@dataclass(frozen=True)
class Table:
    """All recorded trainings of one task; less of the metric is better.

    Attributes:
        epochs: Of the longest training.
        unit: Of the costs.
        top: Indices of the rows that a search is to find.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    rows: tuple[Row, ...]
    epochs: int
    unit: str
    top: frozenset[int]

    @property
    def finals(self) -> np.ndarray:
        """The last loss of each row, shape (rows,)."""
        return np.array([row.final for row in self.rows])

    def regret(self, loss: float) -> float:
        """How far a final loss is from the best: 0 there, 1 at the median of the table or beyond it."""
        finals = self.finals
        best, middle = float(finals.min()), float(np.median(finals[np.isfinite(finals)]))
        return float(np.clip((loss - best) / (middle - best), 0.0, 1.0)) if middle > best else 0.0


def load(folder: Path, form: str, only: str = "") -> tuple[Table, ...]:
    """The tables of a folder by name.

    Args:
        folder: Where the files are, or a folder above with one that is named as the form.
        form: `taskset` or `algoperf`.
        only: Part of a task's name; the others are left out.

    Raises:
        FileNotFoundError: There is none.
    """
    here = folder / form if (folder / form).is_dir() else folder
    suffix, read = FORMS[form]
    names = sorted(path.name.removesuffix(suffix) for path in here.glob(f"*{suffix}"))
    if not names:
        raise FileNotFoundError(f"{here} has no *{suffix}")
    return tuple(read(here, name) for name in names if only in name)


def top_of(finals: Sequence[float], share: float) -> frozenset[int]:
    """Indices of the best rows, at least one."""
    count = max(1, round(share * len(finals)))
    return frozenset(int(index) for index in np.argsort(np.array(finals), kind="stable")[:count])


def _taskset(folder: Path, name: str) -> Table:
    frame = pd.read_parquet(folder / f"{name}.parquet")
    values = {column: frame[column].to_numpy(float) for column in LOG_NAMES}
    values |= {f"one_minus_{column}": 1.0 - frame[column].to_numpy(float) for column in BETAS}
    dimensions = tuple(_logarithmic(column, found) for column, found in values.items())
    rows = []
    for index, curve in enumerate(frame["valid_loss"]):
        losses = _cut(np.asarray(curve, dtype=float)[1:])  # Evaluation 0 is before training.
        params = {column: float(found[index]) for column, found in values.items()}
        rows.append(Row(params, np.arange(1.0, len(losses) + 1), losses, np.ones(len(losses))))
    epochs = max(len(row.losses) for row in rows)
    return Table(name, dimensions, tuple(rows), epochs, "evaluations", _best(rows, TASKSET_TOP))


def _algoperf(folder: Path, name: str) -> Table:
    configs = pd.read_csv(folder / f"{name}_configs.csv")
    curves = dict(iter(pd.read_parquet(folder / f"{name}_curves.parquet").groupby("trial_id")))
    hparams = [json.loads(text) for text in configs["hparams_json"]]
    found: Columns = columns_of(list(configs["submission"]), hparams)
    rows = []
    for trial_id, params in zip(configs["trial_id"], found.params, strict=True):
        curve = curves[trial_id].sort_values("eval_idx")
        after = (curve["eval_idx"] > 0).to_numpy()
        hours = curve["train_seconds"].to_numpy(float)[after] / 3600
        epochs = ALGOPERF_EPOCHS * np.arange(1.0, len(hours) + 1) / len(hours)
        losses = _cut(curve["val_loss"].to_numpy(float)[after])
        size = len(losses)
        rows.append(Row(params, epochs[:size], losses, np.diff(hours, prepend=0.0)[:size]))
    return Table(name, found.dimensions, tuple(rows), ALGOPERF_EPOCHS, "hours", _best(rows, ALGOPERF_TOP))


FORMS: dict[str, tuple[str, Callable[[Path, str], Table]]] = {
    "taskset": (".parquet", _taskset),
    "algoperf": ("_configs.csv", _algoperf),
}


def _best(rows: Sequence[Row], share: float) -> frozenset[int]:
    return top_of([row.final for row in rows], share)


def _cut(losses: np.ndarray) -> np.ndarray:
    """Up to the first that is not finite or huge, which is made NaN."""
    sound = np.isfinite(losses) & (np.abs(losses) < HUGE)
    if sound.all():
        return losses
    end = int(np.argmin(sound))
    return np.append(losses[:end], np.nan)


def _logarithmic(name: str, values: np.ndarray) -> Dimension:
    return FloatDimension.make(name, float(values.min()), float(values.max()), log=True)
