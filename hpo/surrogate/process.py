"""The Gaussian process itself: kernel, hyperparameters, prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

# Logs of what is expected before any evidence, and how sure that is: length scale of each column of the unit cube;
# variance of what does not change with the length, and of what does; over how many e-foldings of the length it does;
# the same two of a trial's own part; variance of the noise. On scores of unit variance.
SCALE_EXPECTED, SCALE_SURE = 0.8, 0.7
EXPECTED = (0.5, 0.3, 1.5, 0.2, 3.0, 0.02)
SURE = (0.7, 0.7, 0.5, 0.7, 0.5, 0.7)
JITTER = 1e-6
ITERATIONS = 15
FAR = 12.0  # Logs of hyperparameters stay within this.


@dataclass(frozen=True)
class Observed:
    """What the process is told.

    Attributes:
        points: Configurations in the unit cube, shape (configurations, columns).
        owner: Index of the configuration of each observation, shape (observations,).
        log_length: Logarithm of its length, shape (observations,).
        heights: What was observed, shape (observations,).
    """

    points: np.ndarray
    owner: np.ndarray
    log_length: np.ndarray
    heights: np.ndarray

    def some(self, chosen: np.ndarray) -> Observed:
        """Only these observations."""
        return Observed(self.points, self.owner[chosen], self.log_length[chosen], self.heights[chosen])

    def compact(self) -> Observed:
        """Without configurations of which nothing was observed."""
        there, owner = np.unique(self.owner, return_inverse=True)
        return Observed(self.points[there], owner, self.log_length, self.heights)


class Process:
    """Height of configuration x after length t: g(x) + h(x, t) + e(t) + noise.

    g and h are alike in configurations that are near (Matérn 5/2, a length scale a column), h and each trial's own e
    are alike at lengths whose logarithms are near (Ornstein-Uhlenbeck). The extrapolation of learning curves by such a
    process is that of freeze-thaw Bayesian optimization (Swersky et al. 2014, arXiv:1406.3896), with its decaying
    exponentials replaced by a kernel in the logarithm of the length.

    Hyperparameters are the most probable ones.
    """

    def __init__(self, log_parameters: np.ndarray) -> None:
        self.columns = len(log_parameters) - len(EXPECTED)
        self._scales = np.exp(log_parameters[: self.columns])
        self._held, self._moving, self._fade, self._own, self._own_fade, self._noise = np.exp(
            log_parameters[self.columns :]
        )

    @classmethod
    def fitted(cls, seen: Observed) -> Process:
        """With the hyperparameters that are most probable after these observations."""
        start = _expected(seen.points.shape[1])
        fit = minimize(
            _Loss(seen),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-FAR, FAR)] * len(start),
            options={"maxiter": ITERATIONS},
        )
        return cls(fit.x if np.isfinite(fit.x).all() else start)

    def conditioned(self, seen: Observed) -> Conditioned:
        """After these observations."""
        return Conditioned(self, seen)

    @property
    def variance(self) -> float:
        """Of an unseen configuration."""
        return float(self._held + self._moving + self._own)

    def between(self, points: np.ndarray, owner: np.ndarray, log_length: np.ndarray, seen: Observed) -> np.ndarray:
        """Covariances, shape (len(points), observations); one length a point.

        Args:
            owner: Index of the observed configuration that each point is; -1: none.
        """
        near, _ = matern(self._scales, points, seen.points)
        apart = np.abs(log_length[:, None] - seen.log_length[None])
        own = (owner[:, None] == seen.owner[None]) * self._own * np.exp(-apart / self._own_fade)
        found: np.ndarray = near[:, seen.owner] * (self._held + self._moving * np.exp(-apart / self._fade)) + own
        return found

    def within(self, seen: Observed) -> np.ndarray:
        """Covariances of the observations, noise included."""
        found = self.between(seen.points[seen.owner], seen.owner, seen.log_length, seen)
        found[np.diag_indices(len(found))] += self._noise + JITTER
        return found


class Conditioned:
    """A process that has seen something."""

    def __init__(self, process: Process, seen: Observed) -> None:
        self._process, self._seen = process, seen
        self._factor = cholesky(process.within(seen), lower=True, check_finite=False)
        self._weights = cho_solve((self._factor, True), seen.heights, check_finite=False)

    def predict(self, points: np.ndarray, owner: np.ndarray, log_length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation without noise, shapes (points,); arguments as of `Process.between`."""
        across = self._process.between(points, owner, log_length, self._seen)
        solved = solve_triangular(self._factor, across.T, lower=True, check_finite=False)
        variance = self._process.variance - (solved * solved).sum(0)
        return across @ self._weights, np.sqrt(np.maximum(variance, JITTER))


class _Loss:
    """Negative log posterior of the hyperparameters, with its gradient."""

    def __init__(self, seen: Observed) -> None:
        self._seen = seen
        points, owner = seen.points, seen.owner
        self._squares = [(points[:, None, j] - points[None, :, j]) ** 2 for j in range(points.shape[1])]
        self._apart = np.abs(seen.log_length[:, None] - seen.log_length[None])
        self._same = (owner[:, None] == owner[None]).astype(float)
        self._gather = np.zeros((len(owner), len(points)))
        self._gather[np.arange(len(owner)), owner] = 1.0
        self._expected = _expected(points.shape[1])
        self._sure = np.concatenate([np.full(points.shape[1], SCALE_SURE), SURE])

    def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        seen, count = self._seen, len(self._seen.heights)
        scales, rest = np.exp(logs[: len(self._squares)]), np.exp(logs[len(self._squares) :])
        held, moving, fade, own, own_fade, noise = rest
        near, slope = matern(scales, seen.points, seen.points)
        near = near[np.ix_(seen.owner, seen.owner)]
        over, own_over = np.exp(-self._apart / fade), self._same * np.exp(-self._apart / own_fade)
        eye = np.eye(count)
        whole = near * (held + moving * over) + own * own_over + (noise + JITTER) * eye
        try:
            factor = cholesky(whole, lower=True, check_finite=False)
        except LinAlgError:
            return 1e10, np.zeros_like(logs)
        weights = cho_solve((factor, True), seen.heights, check_finite=False)
        outer = np.outer(weights, weights) - cho_solve((factor, True), eye, check_finite=False)
        by_pair = self._gather.T @ (outer * (held + moving * over)) @ self._gather * slope * (5 / 3)
        by_near, by_own = outer * near, outer * own_over * own
        by_over = by_near * moving * over
        sums = [float((by_pair * square).sum()) for square in self._squares]
        gains = list(np.array(sums) / scales**2)
        gains += [
            held * float(by_near.sum()),
            float(by_over.sum()),
            float((by_over * self._apart).sum()) / fade,
            float(by_own.sum()),
            float((by_own * self._apart).sum()) / own_fade,
            noise * float(np.trace(outer)),
        ]
        away = (logs - self._expected) / self._sure
        loss = 0.5 * float(seen.heights @ weights) + float(np.log(np.diag(factor)).sum()) + 0.5 * float(away @ away)
        return loss, -0.5 * np.array(gains) + away / self._sure


def matern(scales: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Matérn 5/2 between points, and its slope (3/5 of minus twice the derivative by the squared distance)."""
    left, right = left / scales, right / scales
    squares = (left * left).sum(1)[:, None] + (right * right).sum(1)[None] - 2 * left @ right.T
    far = np.sqrt(5 * np.maximum(squares, 0.0))
    fall = np.exp(-far)
    return (1 + far + far * far / 3) * fall, (1 + far) * fall


def _expected(columns: int) -> np.ndarray:
    found: np.ndarray = np.log(np.concatenate([np.full(columns, SCALE_EXPECTED), EXPECTED]))
    return found
