"""The picture of multi-label classification: which labels are missed, and which are given for nothing.

Shapes: N rows, K labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.metrics.multi_label import multi_label_scores
from models.pictures.base import Painter, Seen
from models.pictures.calibration import Calibration
from models.pictures.pieces import MOST_SHARES, MOST_WORST, Mistake, Share
from models.pictures.plain import texts_of

NONE = "(none)"


@dataclass(frozen=True)
class Wrong:
    """Rows with so many labels wrong: missed, or given for nothing."""

    wrong: int
    rows: int


@dataclass(frozen=True)
class LabelSetsBody:
    """Any number of labels a row.

    Attributes:
        per_label: How well each label is found.
        labels: How many labels there are.
        errors: Rows by how many of their labels are wrong.
        calibration: Of every yes and no, whether the model is right as often as it thinks.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The rows with the most wrong labels.
    """

    per_label: list[Share]
    labels: int
    errors: list[Wrong]
    calibration: Calibration
    worst_by: str
    worst: list[Mistake]


class LabelSetsPainter(Painter):
    """From the probabilities of all labels."""

    kind: ClassVar[str] = "label_sets"
    keys: ClassVar[tuple[str, ...]] = ("text", "text_pair")

    def paint(self, seen: Seen) -> tuple[dict[str, float], LabelSetsBody]:
        """F1 over labels and decisions, whole rows, and each label's own."""
        labels = seen.labels
        true_nk = np.zeros((len(seen.rows), len(labels)), dtype=bool)
        for at, row in enumerate(seen.rows):
            true_nk[at, row["label"]] = True
        odds_nk = np.array([[one["scores"][label] for label in labels] for one in seen.said])
        said_nk = np.array([[label in one["labels"] for label in labels] for one in seen.said])
        sure_nk = np.where(said_nk, odds_nk, 1 - odds_nk)
        right_k, true_k, said_k = (true_nk & said_nk).sum(0), true_nk.sum(0), said_nk.sum(0)
        known = zip(labels, right_k.tolist(), true_k.tolist(), said_k.tolist(), strict=True)
        wrong, rows = np.unique((true_nk != said_nk).sum(axis=1), return_counts=True)
        body = LabelSetsBody(
            [Share.of(*one) for one in known][:MOST_SHARES],
            len(labels),
            [Wrong(*one) for one in zip(wrong.tolist(), rows.tolist(), strict=True)],
            Calibration.of(sure_nk.ravel(), (true_nk == said_nk).ravel()),
            "the most wrong labels first, then the surest of them; score: how many labels are wrong",
            _worst(seen, labels, true_nk, said_nk, sure_nk),
        )
        return multi_label_scores(true_nk, said_nk), body


def _worst(
    seen: Seen, labels: Sequence[str], true_nk: np.ndarray, said_nk: np.ndarray, sure_nk: np.ndarray
) -> list[Mistake]:
    wrong_nk = true_nk != said_nk
    wrong_n = wrong_nk.sum(axis=1)
    sure_n = np.where(wrong_nk, sure_nk, 0).max(axis=1)
    order = np.lexsort((-sure_n, -wrong_n))[:MOST_WORST]
    return [
        Mistake(
            seen.numbers[at],
            texts_of(seen.rows[at], LabelSetsPainter.keys),
            _named(labels, true_nk[at]),
            _named(labels, said_nk[at]),
            float(sure_n[at]),
            float(wrong_n[at]),
        )
        for at in order.tolist()
        if wrong_n[at]
    ]


def _named(labels: Sequence[str], given_k: np.ndarray) -> str:
    return ", ".join(label for label, given in zip(labels, given_k, strict=True) if given) or NONE
