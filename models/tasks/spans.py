"""From the logits of beginnings and ends to the best span of characters.

Shapes: L tokens of one piece of context.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LONGEST_ANSWER = 150  # Characters, since a token may be a byte. Devlin et al. 2018: 30 tokens, which are no longer.
NO_ANSWER = (0, 0)
CANDIDATES = 20  # Beginnings, and ends, that are tried in each piece.


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a context; both 0: no answer.

    Attributes:
        score: Probability among all spans that were tried.
    """

    start: int
    end: int
    score: float

    def of(self, context: str) -> str:
        """The text of the span."""
        return context[self.start : self.end]


def best_spans(
    logits: Sequence[tuple[np.ndarray, np.ndarray]],
    rows: Sequence[int],
    char_starts: Sequence[Sequence[int]],
    char_ends: Sequence[Sequence[int]],
    count: int,
    unanswerable: bool,
) -> list[Span]:
    """The span with the highest sum of logits for each of `count` rows, over all pieces of its context.

    "No answer" is as likely as the piece says that believes in it least: a piece without the answer always believes.

    Args:
        logits: Of beginnings and ends, (L,) each, for every piece.
        rows: The row that each piece is of.
        char_starts, char_ends: Characters of each token of each piece; -1 outside the context.
        count: How many rows there are.
        unanswerable: Whether "no answer" (the first token) is a candidate.
    """
    # By characters: pieces that overlap, and the bytes of one character, give the same span more than once.
    candidates: list[dict[tuple[int, int], float]] = [{} for _ in range(count)]
    without: list[list[float]] = [[] for _ in range(count)]
    for piece, (start_l, end_l) in enumerate(logits):
        starts_l, ends_l = np.asarray(char_starts[piece]), np.asarray(char_ends[piece])
        inside = np.flatnonzero((starts_l >= 0) & (ends_l > starts_l))
        without[rows[piece]].append(float(start_l[0] + end_l[0]))
        firsts = inside[np.argsort(-start_l[inside], kind="stable")[:CANDIDATES]]
        lasts = inside[np.argsort(-end_l[inside], kind="stable")[:CANDIDATES]]
        for first in firsts:
            for last in lasts:
                place = int(starts_l[first]), int(ends_l[last])
                if first <= last and place[1] - place[0] <= LONGEST_ANSWER:
                    value = float(start_l[first] + end_l[last])
                    candidates[rows[piece]][place] = max(value, candidates[rows[piece]].get(place, value))
    if unanswerable:
        for found, values in zip(candidates, without, strict=True):
            found |= {NO_ANSWER: min(values)} if values else {}
    return [_best(found) for found in candidates]


def _best(found: dict[tuple[int, int], float]) -> Span:
    if not found:
        return Span(*NO_ANSWER, 0.0)
    place = max(found, key=lambda candidate: found[candidate])
    return Span(*place, 1.0 / math.fsum(math.exp(value - found[place]) for value in found.values()))
