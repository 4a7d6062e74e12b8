"""Baselines of finding the answer of a question in a text."""

from __future__ import annotations

from models.baselines.contract import BaselineData
from models.metrics.answers import question_answering_scores
from models.metrics.characters import sentences, words


def first(data: BaselineData) -> dict[str, float]:
    """The first sentence of the text."""
    rows = data.raw.validation
    return question_answering_scores([sentences(text)[0] for text in rows["context"]], list(rows["answers"]))


def overlap(data: BaselineData) -> dict[str, float]:
    """The sentence that shares most words with the question, the first of equals."""
    rows = data.raw.validation
    predicted = [_closest(*pair) for pair in zip(rows["question"], rows["context"], strict=True)]
    return question_answering_scores(predicted, list(rows["answers"]))


def _closest(question: str, context: str) -> str:
    asked = set(words(question))
    return max(sentences(context), key=lambda sentence: len(asked.intersection(words(sentence))))
