"""The picture of regression: predicted against true numbers.

Shapes: N rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.metrics.regression import regression_scores
from models.pictures.base import Painter, Seen
from models.pictures.pieces import MOST_WORST, Histogram, Mistake
from models.pictures.plain import texts_of

BINS = 20


@dataclass(frozen=True)
class NumbersBody:
    """A number a row.

    Attributes:
        points: True and predicted number of each row.
        residuals: How often the prediction is so much too high (or, below 0, too low).
        mean_error: Mean of predicted minus true: 0 where the model is not biased.
        deviation: Standard deviation of predicted minus true.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The rows that are furthest off.
    """

    points: list[tuple[float, float]]
    residuals: Histogram
    mean_error: float
    deviation: float
    worst_by: str
    worst: list[Mistake]


class NumbersPainter(Painter):
    """From the predicted numbers, on the labels' own scale."""

    kind: ClassVar[str] = "numbers"
    keys: ClassVar[tuple[str, ...]] = ("text", "text_pair")

    def paint(self, seen: Seen) -> tuple[dict[str, float], NumbersBody]:
        """Correlations and errors, and the residuals."""
        true_n = np.array([row["label"] for row in seen.rows], dtype=np.float64)
        said_n = np.array([one["value"] for one in seen.said], dtype=np.float64)
        error_n = said_n - true_n
        order = np.argsort(-np.abs(error_n), kind="stable")[:MOST_WORST]
        worst = [
            Mistake(
                seen.numbers[at],
                texts_of(seen.rows[at], self.keys),
                f"{true_n[at]:.6g}",
                f"{said_n[at]:.6g}",
                None,
                float(error_n[at]),
            )
            for at in order.tolist()
        ]
        body = NumbersBody(
            list(zip(true_n.tolist(), said_n.tolist(), strict=True)),
            Histogram.of(error_n, BINS),
            float(error_n.mean()),
            float(error_n.std()),
            "the furthest off first; score: predicted minus true",
            worst,
        )
        return regression_scores(true_n, said_n), body
