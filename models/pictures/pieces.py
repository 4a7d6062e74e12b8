"""What several pictures are made of.

Shapes: N rows, K classes; a confusion matrix has a row a true class and a column a class that was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST_WORST = 20  # Mistakes that are shown.
MOST_PAIRS = 15  # Pairs of classes that are taken for each other.
MOST_CLASSES = 25  # Of a confusion matrix, which must stay readable.
MOST_SHARES = 200  # Classes that have their numbers written down.


@dataclass(frozen=True)
class Mistake:
    """A row that the model got wrong.

    Attributes:
        row: Its index in the split.
        inputs: What the model was given, by name, clipped.
        true: The right answer, for people.
        said: What the model said.
        confidence: The probability that the model gave it; None: it gives none.
        score: How bad it is, in the measure that the picture names.
    """

    row: int
    inputs: Mapping[str, str]
    true: str
    said: str
    confidence: float | None
    score: float | None


@dataclass(frozen=True)
class Share:
    """How well one class is found.

    Attributes:
        label: Its name.
        precision: Share of those said that are true; None: it was never said.
        recall: Share of the true ones that were said; None: there are none.
        f1: Of both; None: it was neither true nor said.
        support: How many are true.
        said: How many were said.
    """

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    said: int

    @classmethod
    def of(cls, label: str, right: int, support: int, said: int) -> Share:
        """From counts; `right` are both true and said."""
        return cls(
            label,
            right / said if said else None,
            right / support if support else None,
            2 * right / (support + said) if support + said else None,
            support,
            said,
        )


@dataclass(frozen=True)
class Confusion:
    """Counts of what is true and what was said.

    Attributes:
        labels: Names of the classes; of many, the rarest are one, the last.
        counts: A row a true class, a column a class that was said.
        right: How many of all are right. Where the rarest are one, one of them taken for another is not.
    """

    labels: list[str]
    counts: list[list[int]]
    right: int

    @classmethod
    def of(cls, labels: Sequence[str], counts_kk: np.ndarray) -> Confusion:
        """From whole counts (K, K); of more than 25 classes, the 24 most frequent stay."""
        right = int(np.trace(counts_kk))
        if len(labels) <= MOST_CLASSES:
            return cls(list(labels), counts_kk.tolist(), right)
        often_k = np.argsort(-(counts_kk.sum(axis=0) + counts_kk.sum(axis=1)), kind="stable")
        kept = np.sort(often_k[: MOST_CLASSES - 1])
        place_k = np.full(len(labels), MOST_CLASSES - 1)
        place_k[kept] = np.arange(len(kept))
        summed = np.zeros((MOST_CLASSES, MOST_CLASSES), dtype=np.int64)
        np.add.at(summed, (place_k[:, None], place_k[None, :]), counts_kk)
        names = [*(labels[at] for at in kept), f"({len(labels) - len(kept)} others)"]
        return cls(names, summed.tolist(), right)


@dataclass(frozen=True)
class Pair:
    """Two classes, one of which was said for the other, and how often."""

    true: str
    said: str
    count: int


def confused(labels: Sequence[str], counts_kk: np.ndarray) -> list[Pair]:
    """The classes that are most often taken for others, the most frequent first."""
    wrong_kk = counts_kk.copy()
    np.fill_diagonal(wrong_kk, 0)
    order = np.argsort(-wrong_kk, axis=None, kind="stable")[:MOST_PAIRS]
    places = [divmod(int(at), len(labels)) for at in order]
    return [Pair(labels[i], labels[j], int(wrong_kk[i, j])) for i, j in places if wrong_kk[i, j]]


def shares(labels: Sequence[str], counts_kk: np.ndarray) -> list[Share]:
    """How well each class is found, in the order of the labels; of many, the first ones."""
    right_k, true_k, said_k = np.diag(counts_kk), counts_kk.sum(axis=1), counts_kk.sum(axis=0)
    known = zip(labels, right_k, true_k, said_k, strict=True)
    return [Share.of(name, int(right), int(true), int(said)) for name, right, true, said in known][:MOST_SHARES]


@dataclass(frozen=True)
class Histogram:
    """How often values lie between edges; one more edge than counts, the last edge inside."""

    edges: list[float]
    counts: list[int]

    @classmethod
    def of(cls, values_n: np.ndarray, bins: int, span: tuple[float, float] | None = None) -> Histogram:
        """Bins of one width over `span`, or over the finite values where it is None."""
        finite = values_n[np.isfinite(values_n)]
        counts, edges = np.histogram(finite, bins=bins, range=span)
        return cls(edges.tolist(), counts.tolist())
