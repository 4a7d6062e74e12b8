"""Baselines of tagging tokens."""

from __future__ import annotations

from collections import Counter, defaultdict

from models.baselines.contract import BaselineData
from models.metrics.entities import token_classification_scores


def most_frequent(data: BaselineData) -> dict[str, float]:
    """The most frequent tag for every token."""
    best = _most(Counter(tag for row in data.raw.train["label"] for tag in row))
    return _scores(data, [[best] * len(tokens) for tokens in data.raw.validation["tokens"]])


def of_word(data: BaselineData) -> dict[str, float]:
    """The tag that a word most often has in the training rows, or the most frequent of all for a new word."""
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for tokens, row in zip(data.raw.train["tokens"], data.raw.train["label"], strict=True):
        for token, tag in zip(tokens, row, strict=True):
            counts[token][tag] += 1
    fallback = _most(sum(counts.values(), Counter()))
    best = {word: _most(tags) for word, tags in counts.items()}
    return _scores(data, [[best.get(token, fallback) for token in tokens] for tokens in data.raw.validation["tokens"]])


def _most(counts: Counter[int]) -> int:
    """The most frequent; of equals the first in the order of the labels."""
    return min(counts, key=lambda tag: (-counts[tag], tag))


def _scores(data: BaselineData, predicted: list[list[int]]) -> dict[str, float]:
    return token_classification_scores(list(data.raw.validation["label"]), predicted, data.about["labels"])
