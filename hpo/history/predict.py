"""How good a configuration would have been in each earlier sweep, though it was not tried there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.history.past import PastSweep
from hpo.history.points import Cube
from hpo.space import Space

NOISE = 0.1  # Of the scores, to their spread: what a second training of a configuration would differ by.
LEAST_RELEVANCE = 0.02  # To the most relevant dimension's; one that seems not to matter is not left out for good.
BINS = 10
PER_BIN = 10  # Trials; fewer bins where there are not as many.
_PAIRS = 500  # Points among which the typical distance is taken.


class Predictor:
    """Kernel ridge regression of the scores of each earlier sweep, over one kernel.

    The kernel is a Matérn 3/2 (Rasmussen & Williams 2006, section 4.2), over distances in which each dimension counts
    as much as it explained of the scores by itself (its correlation ratio). Sweeps that know the same dimensions share
    the kernel, so that a thousand configurations are predicted for all of them by one matrix product.

    Args:
        space: In which configurations are given.
        sweeps: Each with at least one trial.
    """

    def __init__(self, space: Space, sweeps: Sequence[PastSweep]) -> None:
        self._cube = Cube(space)
        self._count = len(sweeps)
        params = [[trial.params for trial in sweep.trials] for sweep in sweeps]
        points = [self._cube.points(each) for each in params]
        known = [self._cube.known(each) for each in params]
        relevance = _relevance(self._cube.owner, points, [sweep.scores for sweep in sweeps])
        self._groups = [
            _Group(
                members=[index for index, each in enumerate(known) if each == pattern],
                weights=(relevance * np.array(pattern))[self._cube.owner],
                points=points,
                scores=[sweep.scores for sweep in sweeps],
            )
            for pattern in dict.fromkeys(known)
        ]

    def __call__(self, params: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Predicted scores, from 0 to 1, the best. Shape (sweeps, configurations)."""
        found = np.empty((self._count, len(params)))
        points = self._cube.points(params)
        for group in self._groups:
            found[group.members] = group.predict(points)
        return found.clip(0.0, 1.0)


class _Group:
    """Sweeps that know the same dimensions.

    Args:
        members: Their indices.
        weights: Weight of each column in a squared distance, shape (columns,).
        points, scores: Of all sweeps.
    """

    def __init__(
        self, members: list[int], weights: np.ndarray, points: Sequence[np.ndarray], scores: Sequence[np.ndarray]
    ) -> None:
        self.members = members
        self._scale = np.sqrt(weights)
        whole = np.concatenate([points[index] for index in members]) * self._scale
        self._points, places = np.unique(whole, axis=0, return_inverse=True)
        self._length = _typical(self._points)
        self._means = np.array([scores[index].mean() for index in members])
        self._factors = np.zeros((len(self._points), len(members)), dtype=np.float32)
        begin = 0
        for column, index in enumerate(members):
            own = places.reshape(-1)[begin : begin + len(scores[index])]
            begin += len(own)
            distinct, rows = np.unique(own, return_inverse=True)
            counts = np.bincount(rows)
            mean = np.bincount(rows, scores[index]) / counts  # Of a configuration that was trained several times.
            mine = self._points[distinct]
            kernel = _matern(_squares(mine, mine) / self._length)
            kernel[np.diag_indices(len(mine))] += NOISE / counts
            self._factors[distinct, column] = np.linalg.solve(kernel, mean - self._means[column])
        self._points = self._points.astype(np.float32)

    def predict(self, points: np.ndarray) -> np.ndarray:
        """Shape (members, configurations)."""
        scaled = (points * self._scale).astype(np.float32)
        kernel = _matern(_squares(scaled, self._points) / np.float32(self._length))
        found: np.ndarray = (self._means + kernel @ self._factors).T
        return found


def _relevance(owner: np.ndarray, points: Sequence[np.ndarray], scores: Sequence[np.ndarray]) -> np.ndarray:
    """How much of the scores each dimension explains by itself, 1 for the most. Shape (dimensions,)."""
    found = np.full(int(owner.max()) + 1, LEAST_RELEVANCE)
    for each, score in zip(points, scores, strict=True):
        if len(score) < 3 or score.std() == 0:
            continue
        for index in range(len(found)):
            found[index] += len(score) * _explained(each[:, owner == index], score)
    total = sum(len(score) for score in scores)
    found = (found - LEAST_RELEVANCE) / total + LEAST_RELEVANCE
    whole: np.ndarray = found / found.max()
    return whole


def _explained(columns: np.ndarray, scores: np.ndarray) -> float:
    """Share of the scores' variance between the bins of a dimension, less what chance alone would give."""
    if columns.shape[1] == 1:
        bins = min(BINS, max(3, len(scores) // PER_BIN))
        edges = np.quantile(columns[:, 0], np.linspace(0, 1, bins + 1)[1:-1])
        labels = np.searchsorted(edges, columns[:, 0], side="right")
    else:
        labels = columns.argmax(axis=1)
    counts = np.bincount(labels)
    there = counts > 0
    if there.sum() < 2:
        return 0.0
    means = np.bincount(labels, scores)[there] / counts[there]
    between = (counts[there] * (means - scores.mean()) ** 2).sum() / (len(scores) * scores.var())
    return max(0.0, float(between) - (int(there.sum()) - 1) / (len(scores) - 1))


def _typical(points: np.ndarray) -> float:
    """The median squared distance between points, of at most `_PAIRS` of them."""
    some = points[:: max(1, len(points) // _PAIRS)]
    squares = _squares(some, some)[np.triu_indices(len(some), 1)]
    return float(np.median(squares)) or 1.0 if squares.size else 1.0


def _squares(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Squared distances, shape (left, right)."""
    found: np.ndarray = (left**2).sum(1)[:, None] + (right**2).sum(1)[None, :] - 2 * left @ right.T
    np.maximum(found, 0, out=found)
    return found


def _matern(squares: np.ndarray) -> np.ndarray:
    far = np.sqrt(3 * squares)
    found: np.ndarray = (1 + far) * np.exp(-far)
    return found
