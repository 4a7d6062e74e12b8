"""Baselines of translation."""

from __future__ import annotations

from collections import Counter, defaultdict

from models.baselines.alignment import Lexicon
from models.baselines.contract import BaselineData
from models.baselines.features import training_rows
from models.metrics.characters import joined, pieces
from models.metrics.translation import translation_scores


def copy(data: BaselineData) -> dict[str, float]:
    """The source as it is."""
    rows = data.raw.validation
    return translation_scores(list(rows["text"]), list(rows["references"]))


def most_frequent_word(data: BaselineData) -> dict[str, float]:
    """For each word, the one that most often stands in the translations of the sentences that have it."""
    train, rows = training_rows(data.raw.train), data.raw.validation
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, target in zip(train["text"], train["target"], strict=True):
        beside = set(pieces(target))
        for word in set(_source(text)):
            counts[word].update(beside)
    # Of equally frequent words the first in the alphabet, so that the figure is the same everywhere.
    best = {word: min(found, key=lambda other: (-found[other], other)) for word, found in counts.items() if found}
    predicted = [joined([best.get(word, word) for word in _source(text)]) for text in rows["text"]]
    return translation_scores(predicted, list(rows["references"]))


def word_by_word(data: BaselineData) -> dict[str, float]:
    """The likeliest word for each word, in the source's order; new words as they are."""
    train, rows = training_rows(data.raw.train), data.raw.validation
    lexicon = Lexicon.learn([_source(text) for text in train["text"]], [pieces(text) for text in train["target"]])
    predicted = [joined(lexicon.translate(_source(text))) for text in rows["text"]]
    return translation_scores(predicted, list(rows["references"]))


def _source(text: str) -> list[str]:
    """Lower-cased, since the beginning of a sentence makes no other word."""
    return pieces(text.lower())
