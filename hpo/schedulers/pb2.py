"""A bandit over a Gaussian process that forgets: PB2 (Parker-Holder et al. 2020, arXiv:2002.02518).

How much a member gained in one interval is a function of its values and of the time. The process is that of Bogunovic
et al. 2016 (arXiv:1601.06650): a squared exponential over the values times `(1 - forgetting) ** (|t - t'| / 2)`. What
other members try at the same time counts as known for the uncertainty alone, so that they spread (GP-BUCB, Desautels et
al. 2014). In difference to the paper, gains are standardized within each interval, since later ones are smaller anyhow,
and the process' settings are the likeliest on a small grid.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from hpo.samplers.points import Points
from hpo.space import Space

LENGTHS, FORGETTING, NOISE = (0.15, 0.3, 0.6, 1.2), (0.0, 0.1, 0.3), (0.03, 0.1, 0.3)
CANDIDATES, NEAR = 500, 0.1  # Half of them are drawn, half lie near the source: on the unit interval, so far.
MOST = 150  # Gains, the newest ones: what it costs grows with their cube.
FEWEST = 4  # With fewer gains than these, nothing is foretold.
CURIOSITY = 0.5  # How many deviations above the mean count.


@dataclass(frozen=True)
class Gain:
    """What a member won in one interval.

    Attributes:
        time: Which interval.
        params: Its values then.
        gain: How much better it became.
    """

    time: int
    params: Mapping[str, Any]
    gain: float


def proposed(
    space: Space,
    source: Mapping[str, Any],
    gains: Sequence[Gain],
    trying: Sequence[Mapping[str, Any]],
    now: int,
    rng: np.random.Generator,
) -> dict[str, Any] | None:
    """The values that promise most in the next interval.

    Args:
        space: Without conditions.
        source: Values of the member whose weights are taken.
        gains: Of all members so far.
        trying: Values of members that are in the same interval now.
        now: The next interval.
        rng: Chance.

    Returns:
        Values by dotted name; None: too little is known.
    """
    known = sorted((gain for gain in gains if math.isfinite(gain.gain)), key=lambda gain: gain.time)[-MOST:]
    if len(known) < FEWEST:
        return None
    points, times = _places(space, [gain.params for gain in known]), np.array([float(gain.time) for gain in known])
    process = Process.fitted(points, times, _standardized(known))
    drawn = [space.draw(rng) for _ in range(CANDIDATES // 2)]
    near = [_beside(space, source, rng) for _ in range(CANDIDATES // 2)]
    candidates = [*drawn, *near]
    promise = process.promise(_places(space, candidates), float(now), _places(space, trying))
    return candidates[int(np.argmax(promise))]


@dataclass(frozen=True)
class Process:
    """The process with what is known.

    Attributes:
        points: Shape (known, dimensions), on the unit cube.
        times: Shape (known,).
        values: Shape (known,), of mean 0 and deviation 1.
        length, forgetting, noise: Its settings; noise is a variance.
    """

    points: np.ndarray
    times: np.ndarray
    values: np.ndarray
    length: float
    forgetting: float
    noise: float

    @classmethod
    def fitted(cls, points: np.ndarray, times: np.ndarray, values: np.ndarray) -> Process:
        """The likeliest of the grid; the first of equals."""
        grid = itertools.product(LENGTHS, FORGETTING, NOISE)
        return max((cls(points, times, values, *settings) for settings in grid), key=lambda one: one.log_likelihood)

    @property
    def log_likelihood(self) -> float:
        """Of the values, without its constant."""
        root = self._root(self.points, self.times)
        solved = solve_triangular(root, self.values, lower=True)
        return float(-0.5 * solved @ solved - np.log(np.diag(root)).sum())

    def promise(self, points: np.ndarray, now: float, trying: np.ndarray) -> np.ndarray:
        """Upper confidence bounds. Shapes: points (n, dimensions), trying (m, dimensions), result (n,)."""
        whole, then = np.vstack([self.points, trying]), np.append(self.times, np.full(len(trying), now))
        here = np.full(len(points), now)
        weights = cho_solve((self._root(self.points, self.times), True), self.values)
        mean = self._kernel(points, here, self.points, self.times) @ weights
        solved = solve_triangular(self._root(whole, then), self._kernel(whole, then, points, here), lower=True)
        return np.asarray(mean + CURIOSITY * np.sqrt(np.maximum(1.0 - (solved**2).sum(axis=0), 0.0)))

    def _root(self, points: np.ndarray, times: np.ndarray) -> np.ndarray:
        kernel = self._kernel(points, times, points, times)
        return np.linalg.cholesky(kernel + self.noise * np.eye(len(points)))

    def _kernel(self, one: np.ndarray, at: np.ndarray, other: np.ndarray, then: np.ndarray) -> np.ndarray:
        squared = ((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(
            np.exp(-squared / (2 * self.length**2)) * (1 - self.forgetting) ** (np.abs(at[:, None] - then[None]) / 2)
        )


def _standardized(known: Sequence[Gain]) -> np.ndarray:
    """The gains within their intervals; all of an interval are alike where there is only one. Shape (known,)."""
    raw, times = np.array([gain.gain for gain in known]), np.array([gain.time for gain in known])
    found = np.zeros(len(known))
    for time in np.unique(times):
        here = times == time
        found[here] = (raw[here] - raw[here].mean()) / max(float(raw[here].std()), np.finfo(float).tiny ** 0.5)
    return found


def _places(space: Space, params: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """On the unit cube; choices evenly spread in their order. Shape (params, dimensions)."""
    points = Points(space)
    rows = points.of([space.encode(one) for one in params]).reshape(len(params), len(space.dimensions))
    return np.asarray(rows / np.array([max(size - 1, 1) for size in points.sizes], dtype=float))


def _beside(space: Space, source: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    points, (row,) = Points(space), _places(space, [source])
    moved = np.clip(row + rng.normal(0.0, NEAR, len(row)), 0.0, 1.0)
    numbers = (round(place * (size - 1)) if size else place for place, size in zip(moved, points.sizes, strict=True))
    return {
        name: points.value(column, number)
        for column, (name, number) in enumerate(zip(space.names, numbers, strict=True))
    }
