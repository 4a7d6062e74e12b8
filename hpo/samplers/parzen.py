"""Kernel densities over a space with conditions: one kernel for each trial, and one of what is believed.

A kernel is a product over dimensions: for a number, a normal distribution about the trial's value, cut off at the ends;
for a choice, the trial's own with a little for each other. In a dimension that its trial did not have, it is as broad
as the space: so one joint density covers all branches of a conditional space.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from hpo.samplers.points import Points
from hpo.space import CategoricalDimension, FloatDimension, IntDimension
from hpo.space.draw import bump_of, chances_of
from hpo.space.grid import active

NARROWEST = 100  # No kernel is narrower than this part of a range.


class Parzen:
    """The density of some trials.

    Args:
        points: The rows' space.
        rows: The trials, shape (trials, dimensions).
        believed: Whether the last kernel is what a person believes; else it is even.
    """

    def __init__(self, points: Points, rows: np.ndarray, *, believed: bool) -> None:
        self.points, self.rows, self.believed = points, rows, believed
        self.widths = np.full(rows.shape, np.nan)
        self.log_chances: list[np.ndarray | None] = []  # Of each choice under each kernel, (kernels, choices).
        for column, dimension in enumerate(points.space.dimensions):
            if isinstance(dimension, CategoricalDimension):
                self.log_chances.append(np.log(self._choices(dimension, rows[:, column])))
            else:
                self.log_chances.append(None)
                self.widths[:, column] = _widths(rows[:, column])

    def draw(self, rng: np.random.Generator, count: int, known: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Configurations, in the config's form.

        Args:
            count: How many.
            known: Values that they must have.
        """
        weights = self._weights(known)
        return [self._draw(rng, int(kernel), known) for kernel in rng.choice(len(weights), size=count, p=weights)]

    def log_density(self, rows: np.ndarray) -> np.ndarray:
        """At some points, relative to the even distribution.

        Args:
            rows: Shape (points, dimensions), NaN where a dimension is not part of a point.

        Returns:
            Shape (points,).
        """
        total = np.zeros((len(rows), len(self.rows) + 1))
        for column in range(rows.shape[1]):
            there = ~np.isnan(rows[:, column])
            if there.any():
                total[there] += self._one(column, rows[there, column])
        return np.asarray(logsumexp(total, axis=1) - math.log(len(self.rows) + 1))

    def _one(self, column: int, numbers: np.ndarray) -> np.ndarray:
        """Log densities in one dimension under each kernel, shape (points, kernels)."""
        chances = self.log_chances[column]
        if chances is not None:
            return chances[:, numbers.astype(int)].T + math.log(chances.shape[1])
        found = np.zeros((len(numbers), len(self.rows) + 1))
        center, width = self.rows[:, column], self.widths[:, column]
        has = np.flatnonzero(~np.isnan(center))
        center, width = center[has], width[has]
        inside = ndtr((1 - center) / width) - ndtr(-center / width)
        found[:, has] = -0.5 * ((numbers[:, None] - center) / width) ** 2
        found[:, has] -= np.log(width * inside * math.sqrt(2 * math.pi))
        if self.believed:
            found[:, -1] = self._belief(column, numbers)
            lacking = np.setdiff1d(np.arange(len(self.rows)), has)
            found[:, lacking] = found[:, -1:]
        return found

    def _belief(self, column: int, numbers: np.ndarray) -> np.ndarray | float:
        dimension = self.points.space.dimensions[column]
        assert isinstance(dimension, (FloatDimension, IntDimension))
        bump = bump_of(dimension)
        return 0.0 if bump is None else bump.log_density(numbers)

    def _choices(self, dimension: CategoricalDimension, indices: np.ndarray) -> np.ndarray:
        """Chance of each choice under each kernel, shape (kernels, choices)."""
        broad = chances_of(dimension) if self.believed else np.full(dimension.size, 1.0 / dimension.size)
        other = dimension.size / (len(indices) + 1)  # Weight of all choices together, beside 1 for the trial's own.
        found = np.tile(broad, (len(indices) + 1, 1))
        has = np.flatnonzero(~np.isnan(indices))
        found[has] *= other / (1 + other)
        found[has, indices[has].astype(int)] += 1 / (1 + other)
        return found

    def _weights(self, known: Mapping[str, Any]) -> np.ndarray:
        """Of each kernel, given some values."""
        row = self.points.of([self.points.space.encode(known)])
        total = np.zeros(len(self.rows) + 1)
        for column in np.flatnonzero(~np.isnan(row[0])):
            total += self._one(int(column), row[:, column])[0]
        return np.asarray(np.exp(total - logsumexp(total)))

    def _draw(self, rng: np.random.Generator, kernel: int, known: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column, dimension in enumerate(self.points.space.dimensions):
            if active(dimension, found):
                name = dimension.name
                found[name] = known[name] if name in known else self._value(rng, kernel, column)
        return found

    def _value(self, rng: np.random.Generator, kernel: int, column: int) -> Any:
        chances = self.log_chances[column]
        if chances is not None:
            return self.points.value(column, int(rng.choice(chances.shape[1], p=np.exp(chances[kernel]))))
        own = kernel < len(self.rows) and not np.isnan(self.rows[kernel, column])
        if own:
            center, width = self.rows[kernel, column], self.widths[kernel, column]
            low, high = ndtr(-center / width), ndtr((1 - center) / width)
            return self.points.value(column, float(center + width * ndtri(low + rng.uniform() * (high - low))))
        dimension = self.points.space.dimensions[column]
        assert isinstance(dimension, (FloatDimension, IntDimension))
        bump = bump_of(dimension) if self.believed else None
        return self.points.value(column, float(rng.uniform()) if bump is None else bump.draw(rng))


def _widths(centers: np.ndarray) -> np.ndarray:
    """Of each trial's kernel: to its farther neighbour, at least an even share of the range. NaN stays NaN."""
    has = np.flatnonzero(~np.isnan(centers))
    if not len(has):
        return np.full(len(centers), np.nan)
    order = has[np.argsort(centers[has], kind="stable")]
    line = np.concatenate([[0.0], centers[order], [1.0]])
    steps = np.diff(line)
    found = np.full(len(centers), np.nan)
    found[order] = np.maximum(steps[:-1], steps[1:])
    if len(order) > 1:  # The range's ends are no neighbours.
        found[order[0]], found[order[-1]] = steps[1], steps[-2]
    return np.asarray(np.clip(found, 1.0 / min(len(has) + 2, NARROWEST), 1.0))
