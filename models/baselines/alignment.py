"""IBM model 1: which word translates which, from pairs of sentences (Brown et al. 1993).

Shapes: L links, one for each source and target word of a sentence pair; P distinct pairs of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_ITERATIONS = 5
_LONGEST = 64
"""Words of a sentence that count; links grow with the square."""
_NULL = ""
"""The source word of target words that translate nothing; it is in every sentence."""


@dataclass(frozen=True)
class Lexicon:
    """The likeliest translation of each source word."""

    best: dict[str, str]

    @classmethod
    def learn(cls, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> Lexicon:
        """Maximize the likelihood of the targets, given the sources, by expectation maximization.

        Args:
            sources: The words of each source sentence.
            targets: The words of each target sentence, in the same order.
        """
        source_ids, target_ids = _numbers([[_NULL], *sources]), _numbers(targets)
        source_l, target_l, place_l = _links(
            [[0, *(source_ids[word] for word in row[:_LONGEST])] for row in sources],
            [[target_ids[word] for word in row[:_LONGEST]] for row in targets],
        )
        pair_p, pair_l = np.unique(source_l * len(target_ids) + target_l, return_inverse=True)
        source_p, target_p = pair_p // len(target_ids), pair_p % len(target_ids)
        chance_p = np.ones(len(pair_p))
        for _ in range(_ITERATIONS):
            chance_l = chance_p[pair_l]
            # Each target word's one count is shared among the source words of its sentence.
            share_l = chance_l / np.bincount(place_l, chance_l)[place_l]
            count_p = np.bincount(pair_l, share_l, minlength=len(pair_p))
            chance_p = count_p / np.bincount(source_p, count_p)[source_p]
        source_words, target_words = list(source_ids), list(target_ids)
        # In rising order of chance, so that the last pair of a source word, which stays, is the likeliest.
        rising = np.argsort(chance_p, kind="stable")
        best = {source_words[source_p[pair]]: target_words[target_p[pair]] for pair in rising}
        return cls({word: target for word, target in best.items() if word != _NULL})

    def translate(self, source: Iterable[str]) -> list[str]:
        """The translation of each word; words that were never seen stay."""
        return [self.best.get(word, word) for word in source]


def _numbers(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    return {word: number for number, word in enumerate(dict.fromkeys(word for row in rows for word in row))}


def _links(sources: list[list[int]], targets: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The source word, the target word, and the place of the target word in the corpus, of each link."""
    lengths = [len(row) for row in targets]
    source_l = np.concatenate([np.tile(row, count) for row, count in zip(sources, lengths, strict=True)])
    repeats = np.repeat([len(row) for row in sources], lengths)
    target = np.concatenate([np.asarray(row, dtype=np.int64) for row in targets])
    return source_l.astype(np.int64), np.repeat(target, repeats), np.repeat(np.arange(len(target)), repeats)
