"""The picture of question answering: which answers are found, by their length.

Shapes: N rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models.metrics.answers import answer_f1, answer_words, exact_match, question_answering_scores
from models.pictures.base import Painter, Row, Seen
from models.pictures.calibration import Calibration
from models.pictures.pieces import MOST_WORST, Mistake
from models.pictures.plain import clipped

NONE = "(no answer)"
WITHOUT = "none"
LENGTHS = ((1, "1 word"), (3, "2-3 words"), (7, "4-7 words"))  # Most words, and the name.
LONGER = "8 or more words"
OUTCOMES = ("exact", "overlap", "wrong", "missed", "invented", "rightly_none")


@dataclass(frozen=True)
class ByLength:
    """Rows whose answer has so many words.

    Attributes:
        answer: How many, in words; `none`: the row has no answer.
        rows: How many rows.
        f1: Their mean.
        exact_match: Share of them.
    """

    answer: str
    rows: int
    f1: float
    exact_match: float


@dataclass(frozen=True)
class AnswersBody:
    """A part of a text as answer.

    Attributes:
        outcomes: Rows by what became of them: `exact`, `overlap` (some words are right), `wrong` (none is), `missed`
            (nothing was said), `invented` (there is no answer), `rightly_none`.
        by_length: Rows by the length of the first of their answers.
        calibration: Whether the model matches an answer exactly as often as it thinks.
        worst_by: What the mistakes are ordered by, and what their score is.
        worst: The rows that are furthest from an answer.
    """

    outcomes: dict[str, int]
    by_length: list[ByLength]
    calibration: Calibration
    worst_by: str
    worst: list[Mistake]


class AnswersPainter(Painter):
    """From an answer and its probability."""

    kind: ClassVar[str] = "answers"
    keys: ClassVar[tuple[str, ...]] = ("question", "context")

    def paint(self, seen: Seen) -> tuple[dict[str, float], AnswersBody]:
        """F1 and exact matches, by length and outcome."""
        said: list[str] = [one["answer"] for one in seen.said]
        true: list[list[str]] = [list(row["answers"]) for row in seen.rows]
        f1_n = np.array([answer_f1(*pair) for pair in zip(said, true, strict=True)])
        exact_n = np.array([exact_match(*pair) for pair in zip(said, true, strict=True)])
        outcomes = Counter(_outcome(*one) for one in zip(said, true, f1_n, exact_n, strict=True))
        body = AnswersBody(
            {name: outcomes[name] for name in OUTCOMES},
            _by_length(true, f1_n, exact_n),
            Calibration.of(np.array([one["score"] for one in seen.said]), exact_n > 0),
            "the fewest right words first, then the surest; score: the row's f1",
            _worst(seen, true, f1_n, exact_n),
        )
        return question_answering_scores(said, true), body


def _outcome(said: str, true: Sequence[str], f1: float, exact: float) -> str:
    if not true:
        return "invented" if said else "rightly_none"
    if not said:
        return "missed"
    return "exact" if exact else "overlap" if f1 else "wrong"


def _length(answers: Sequence[str]) -> str:
    if not answers:
        return WITHOUT
    words = len(answer_words(answers[0]))
    return next((name for most, name in LENGTHS if words <= most), LONGER)


def _by_length(true: Sequence[Sequence[str]], f1_n: np.ndarray, exact_n: np.ndarray) -> list[ByLength]:
    names = np.array([_length(answers) for answers in true])
    found = []
    for name in (WITHOUT, *(name for _, name in LENGTHS), LONGER):
        inside = names == name
        if inside.any():
            found.append(ByLength(name, int(inside.sum()), float(f1_n[inside].mean()), float(exact_n[inside].mean())))
    return found


def _worst(seen: Seen, true: Sequence[Sequence[str]], f1_n: np.ndarray, exact_n: np.ndarray) -> list[Mistake]:
    sure_n = np.array([one["score"] for one in seen.said])
    order = [at for at in np.lexsort((-sure_n, f1_n)).tolist() if not exact_n[at]]
    return [
        Mistake(
            seen.numbers[at],
            _inputs(seen.rows[at], seen.said[at]),
            clipped(" / ".join(dict.fromkeys(true[at])) or NONE),
            clipped(seen.said[at]["answer"]) or NONE,
            float(sure_n[at]),
            float(f1_n[at]),
        )
        for at in order[:MOST_WORST]
    ]


def _inputs(row: Row, said: Row) -> dict[str, Any]:
    """The question, and the context near its answer, or near what was said where it has none."""
    around = row["starts"][0] if row["starts"] else said["start"]
    return {"question": clipped(row["question"]), "context": clipped(row["context"], around)}
