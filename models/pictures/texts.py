"""The picture of translation and summarization: how near the texts are to the references.

Shapes: N rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.metrics.characters import words
from models.pictures.base import Painter, Seen
from models.pictures.pieces import MOST_WORST, Histogram, Mistake
from models.pictures.plain import clipped, texts_of

BINS = 20
LENGTHS = (10, 20, 50, 100, 300)  # Words of an input, at most; the last group has more.

Scores = Callable[[Sequence[str], Sequence[Sequence[str]]], dict[str, float]]


@dataclass(frozen=True)
class ByLength:
    """Rows whose input has so many words, and their mean score."""

    input: str
    rows: int
    score: float


@dataclass(frozen=True)
class Words:
    """Mean number of words of the references and of the texts that were said."""

    true: float
    said: float


@dataclass(frozen=True)
class TextsBody:
    """A text a row.

    Attributes:
        score: Name of the metric that rows are scored by.
        scale: Its highest value; the lowest is 0.
        histogram: Of the rows' scores.
        mean: Of the rows' scores; the metric of the whole set need not be their mean.
        median: The same.
        by_length: Rows by the length of their input.
        words: Whether the texts are as long as the references.
        empty: Rows of which nothing was said.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The rows that are furthest from their references.
    """

    score: str
    scale: float
    histogram: Histogram
    mean: float
    median: float
    by_length: list[ByLength]
    words: Words
    empty: int
    worst_by: str
    worst: list[Mistake]


class TextsPainter(Painter):
    """From the generated texts.

    Args:
        score: Name of the metric that scores a single row.
        scale: Its highest value.
        scores: All metrics of texts, against all that count as right.
    """

    kind: ClassVar[str] = "texts"
    keys: ClassVar[tuple[str, ...]] = ("text",)

    def __init__(self, score: str, scale: float, scores: Scores) -> None:
        self._score, self._scale, self._scores = score, scale, scores

    def paint(self, seen: Seen) -> tuple[dict[str, float], TextsBody]:
        """The task's metrics, and those of each row."""
        said: list[str] = [one["text"] for one in seen.said]
        true: list[list[str]] = [list(row["references"]) for row in seen.rows]
        score_n = np.array([self._scores([text], [row])[self._score] for text, row in zip(said, true, strict=True)])
        body = TextsBody(
            self._score,
            self._scale,
            Histogram.of(score_n, BINS, (0.0, self._scale)),
            float(score_n.mean()),
            float(np.median(score_n)),
            _by_length([row["text"] for row in seen.rows], score_n),
            Words(_mean_words([row[0] for row in true]), _mean_words(said)),
            sum(not text for text in said),
            f"the lowest first; score: {self._score} of the row, 0 to {self._scale:g}",
            self._worst(seen, said, true, score_n),
        )
        return self._scores(said, true), body

    def _worst(
        self, seen: Seen, said: Sequence[str], true: Sequence[Sequence[str]], score_n: np.ndarray
    ) -> list[Mistake]:
        order = [at for at in np.argsort(score_n, kind="stable").tolist() if said[at] not in true[at]]
        return [
            Mistake(
                seen.numbers[at],
                texts_of(seen.rows[at], self.keys),
                clipped(" / ".join(dict.fromkeys(true[at]))),
                clipped(said[at]),
                None,
                float(score_n[at]),
            )
            for at in order[:MOST_WORST]
        ]


def _mean_words(texts: Sequence[str]) -> float:
    return float(np.mean([len(words(text)) for text in texts]))


def _by_length(inputs: Sequence[str], score_n: np.ndarray) -> list[ByLength]:
    group_n = np.searchsorted(LENGTHS, [len(words(text)) for text in inputs])
    found = []
    for group in np.unique(group_n).tolist():
        low = 1 if group == 0 else LENGTHS[group - 1] + 1
        name = f"{low}-{LENGTHS[group]} words" if group < len(LENGTHS) else f"{low} or more words"
        inside = group_n == group
        found.append(ByLength(name, int(inside.sum()), float(score_n[inside].mean())))
    return found
