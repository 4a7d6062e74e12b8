"""TF-IDF features of texts and of pairs of texts.

Shapes: N rows, F features; all matrices are sparse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from datasets import Dataset
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from models.metrics.characters import words

MOST_ROWS = 20_000
"""Rows that a baseline learns from at most, so that it stays a matter of seconds; more change its figures little."""

_MOST_FEATURES = 40_000
"""Of each kind, the most frequent ones: what is left out is in a handful of rows."""


def training_rows(train: Dataset) -> Dataset:
    """All rows, or `MOST_ROWS` of them, drawn with a fixed seed."""
    if len(train) <= MOST_ROWS:
        return train
    chosen_n = np.random.default_rng(0).choice(len(train), MOST_ROWS, replace=False)
    return train.select(np.sort(chosen_n))


def word_vectors() -> Any:
    """A TF-IDF vectorizer of single words and pairs of neighbours; Chinese and Japanese by characters."""
    return TfidfVectorizer(
        analyzer="word",
        tokenizer=words,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        sublinear_tf=True,
        max_features=_MOST_FEATURES,
        dtype=np.float32,
    )


def character_vectors() -> Any:
    """A TF-IDF vectorizer of 2 to 4 neighbouring characters."""
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(2, 4),
        sublinear_tf=True,
        max_features=_MOST_FEATURES,
        dtype=np.float32,
    )


@dataclass(frozen=True)
class Features:
    """Two fitted vectorizers.

    Attributes:
        vectorizers: Of words and of characters.
        pair: Whether rows have a second text.
    """

    vectorizers: tuple[Any, ...]
    pair: bool

    @classmethod
    def fit(cls, rows: Dataset, pair: bool) -> Features:
        """Vocabulary and weights from the texts of training rows: `text`, and `text_pair` if `pair`."""
        texts = list(rows["text"]) + (list(rows["text_pair"]) if pair else [])
        return cls(tuple(vectorizer.fit(texts) for vectorizer in (word_vectors(), character_vectors())), pair)

    def sides(self, rows: Dataset) -> list[tuple[csr_matrix, ...]]:
        """For words, then for characters: the vectors of each text, (N, F) of unit length."""
        columns = ("text", "text_pair") if self.pair else ("text",)
        texts = [list(rows[column]) for column in columns]
        return [tuple(vectorizer.transform(side) for side in texts) for vectorizer in self.vectorizers]

    def matrix(self, rows: Dataset) -> csr_matrix:
        """All features side by side; of pairs: both texts', their products and their absolute differences."""
        blocks: list[Any] = []
        for sides in self.sides(rows):
            blocks.extend(sides)
            if self.pair:
                blocks += [sides[0].multiply(sides[1]), abs(sides[0] - sides[1])]
        return csr_matrix(hstack(blocks))
