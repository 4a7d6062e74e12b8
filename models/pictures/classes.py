"""The picture of text classification: which classes are taken for which.

Shapes: N rows, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.metrics.classification import confusion, text_classification_scores
from models.pictures.base import Painter, Seen
from models.pictures.calibration import Calibration
from models.pictures.pieces import MOST_WORST, Confusion, Mistake, Pair, Share, confused, shares
from models.pictures.plain import texts_of


@dataclass(frozen=True)
class ClassesBody:
    """One class a row.

    Attributes:
        confusion: Counts of what is true and what was said.
        confused: The most frequent confusions.
        per_class: How well each class is found.
        classes: How many classes there are.
        calibration: Whether the model is right as often as it thinks.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The mistakes that the model was surest of.
    """

    confusion: Confusion
    confused: list[Pair]
    per_class: list[Share]
    classes: int
    calibration: Calibration
    worst_by: str
    worst: list[Mistake]


class ClassesPainter(Painter):
    """From the probabilities of all classes."""

    kind: ClassVar[str] = "classes"
    keys: ClassVar[tuple[str, ...]] = ("text", "text_pair")

    def paint(self, seen: Seen) -> tuple[dict[str, float], ClassesBody]:
        """Accuracy, F1 and Matthews correlation, and the confusions."""
        labels = seen.labels
        place = {label: at for at, label in enumerate(labels)}
        true_n = np.array([row["label"] for row in seen.rows], dtype=np.int64)
        said_n = np.array([place[one["label"]] for one in seen.said], dtype=np.int64)
        sure_n = np.array([one["score"] for one in seen.said])
        counts_kk = confusion(true_n, said_n, len(labels))
        body = ClassesBody(
            Confusion.of(labels, counts_kk),
            confused(labels, counts_kk),
            shares(labels, counts_kk),
            len(labels),
            Calibration.of(sure_n, true_n == said_n),
            "the surest first; score: the probability that the model gave to the true class",
            _worst(seen, labels, true_n, said_n, sure_n),
        )
        return text_classification_scores(true_n, said_n, len(labels)), body


def _worst(seen: Seen, labels: list[str], true_n: np.ndarray, said_n: np.ndarray, sure_n: np.ndarray) -> list[Mistake]:
    wrong = np.flatnonzero(true_n != said_n)
    order = wrong[np.argsort(-sure_n[wrong], kind="stable")][:MOST_WORST]
    return [
        Mistake(
            seen.numbers[at],
            texts_of(seen.rows[at], ClassesPainter.keys),
            labels[true_n[at]],
            labels[said_n[at]],
            float(sure_n[at]),
            float(seen.said[at]["scores"][labels[true_n[at]]]),
        )
        for at in order.tolist()
    ]
