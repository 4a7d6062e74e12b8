"""Whether a model is right as often as it thinks.

Shapes: N answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence.

    Attributes:
        low: Least confidence.
        high: Most.
        count: How many answers.
        confidence: Their mean confidence.
        right: Share of them that are right.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Calibration:
    """Confidence against truth.

    Attributes:
        bins: Those that hold answers, ten of one width in all.
        error: Expected calibration error: the mean distance between confidence and truth over the bins, weighted by
            their answers (Guo et al. 2017, arXiv:1706.04599); None: there are no answers.
    """

    bins: list[Bin]
    error: float | None

    @classmethod
    def of(cls, confidence_n: np.ndarray, right_n: np.ndarray) -> Calibration:
        """From the probability that the model gave each answer, and whether it was right."""
        bin_n = np.minimum((confidence_n * BINS).astype(np.int64), BINS - 1)
        found = []
        for at in np.unique(bin_n):
            inside = bin_n == at
            mean, right = float(confidence_n[inside].mean()), float(right_n[inside].mean())
            found.append(Bin(int(at) / BINS, (int(at) + 1) / BINS, int(inside.sum()), mean, right))
        gaps = [one.count * abs(one.confidence - one.right) for one in found]
        return cls(found, sum(gaps) / len(confidence_n) if found else None)
