"""Earlier sweeps over a known function."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.history import History, PastSweep, anywhere, kept, wishes
from hpo.space import CategoricalDimension, Condition, FloatDimension, IntDimension, Space

SPACE = Space(
    (
        FloatDimension.make("train.learning_rate", 1e-5, 1e-1, log=True),
        FloatDimension.make("train.weight_decay", 0.0, 1.0),
        FloatDimension.make("train.label_smoothing", 0.0, 0.5),
    )
)
MIXED = Space(
    (
        CategoricalDimension("tuning", choices=("full", "lora"), group=True),
        FloatDimension.make("train.weight_decay", 0.0, 0.3, step=0.1),
        IntDimension("tuning.rank", (Condition("tuning", values=("lora",)),), ends=IntDimension.make("_", 2, 64).ends),
        CategoricalDimension("tuning.targets", (Condition("tuning.rank", low=8),), choices=(["q"], ["q", "v"], None)),
    )
)
BEST = (0.6, 0.3, 0.5)
START = {"train.learning_rate": 1e-4, "train.weight_decay": 0.1, "train.label_smoothing": 0.1}


def value(params: Mapping[str, Any], best: tuple[float, ...] = BEST) -> float:
    """A bowl with its top, 0, at `best` in the unit cube; the learning rate matters most, label smoothing little."""
    place = (
        (math.log10(params["train.learning_rate"]) + 5) / 4,
        params["train.weight_decay"],
        params["train.label_smoothing"] / 0.5,
    )
    return -sum(w * (p - b) ** 2 for w, p, b in zip((1.0, 0.3, 0.1), place, best, strict=True))


def past_sweeps(seed: int, *, sign: float = 1.0, sweeps: int = 3, trials: int = 60) -> tuple[PastSweep, ...]:
    """Sweeps over bowls whose tops are near, or with sign -1 over hollows there."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(sweeps):
        params = [anywhere(SPACE, rng) for _ in range(trials)]
        best = tuple(np.array(BEST) + rng.normal(0, 0.05, 3))
        curves = np.array([[sign * value(one, best)] for one in params])
        found.append(PastSweep.from_arrays(f"past-{index}", params, curves, maximize=True, why="alike"))
    return tuple(found)


def history_of(sweeps: tuple[PastSweep, ...], first: int = 5, start: Mapping[str, Any] | None = None) -> History:
    history = History(SPACE, sweeps)
    return kept(History(SPACE, sweeps, tuple(wishes(history, SPACE, first, start))))


def percentile(params: Mapping[str, Any]) -> float:
    """The share of the space that is worse."""
    rng = np.random.default_rng(0)
    return float(np.mean([value(anywhere(SPACE, rng)) < value(params) for _ in range(500)]))
