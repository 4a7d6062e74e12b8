"""Metrics of summaries: ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004), F-measure from 0 to 1.

The numbers are those of the package rouge-score without stemming, whose import costs a trial process two seconds and
whose words are of a-z and 0-9 only. Here letters of all scripts count, and a Chinese or Japanese character is a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.metrics.characters import words


def rouge_n(predicted: Sequence[str], reference: Sequence[str], order: int) -> float:
    """F-measure of the n-grams of `order` words that both have, counted with their repetitions."""
    got, wanted = _grams(predicted, order), _grams(reference, order)
    return _f_measure((got & wanted).total(), got.total(), wanted.total())


def rouge_l(predicted: Sequence[str], reference: Sequence[str]) -> float:
    """F-measure of the longest common subsequence of words."""
    return _f_measure(longest_common(predicted, reference), len(predicted), len(reference))


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, by bit vectors (Hyyrö 2004): a step a word of `second`."""
    places: dict[str, int] = {}
    for position, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << position
    full = (1 << len(first)) - 1
    free = full
    for word in second:
        hit = free & places.get(word, 0)
        free = ((free + hit) | (free - hit)) & full
    return len(first) - free.bit_count()


def summarization_scores(predicted: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """All metrics of summarization but the loss: means over the rows of the best value over a row's references.

    Args:
        predicted: One text a row.
        references: One or several right summaries of each row.
    """
    totals = {"rougeL": 0.0, "rouge1": 0.0, "rouge2": 0.0}
    for text, row in zip(predicted, references, strict=True):
        got, wanted = words(text), [words(reference) for reference in row]
        totals["rougeL"] += max(rouge_l(got, reference) for reference in wanted)
        totals["rouge1"] += max(rouge_n(got, reference, 1) for reference in wanted)
        totals["rouge2"] += max(rouge_n(got, reference, 2) for reference in wanted)
    return {name: total / len(predicted) for name, total in totals.items()}


def _grams(text: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(text[start : start + order]) for start in range(len(text) - order + 1))


def _f_measure(shared: int, got: int, wanted: int) -> float:
    return 2 * shared / (got + wanted) if shared else 0.0
