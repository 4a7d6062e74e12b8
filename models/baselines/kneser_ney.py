"""Interpolated modified Kneser-Ney n-grams (Chen and Goodman 1999), on token numbers.

Shapes: N tokens of all rows after one another; G distinct n-grams of one order; C contexts, the n-grams one shorter;
V tokens of the vocabulary.

An n-gram of the highest order counts as often as it occurs. A shorter one counts once for each distinct token before
it; at the beginning of a row, where there is none, each occurrence counts (as in KenLM, Heafield et al. 2013). The
shortest are interpolated with the uniform distribution over the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_DISCOUNTS = (0.5, 1.0, 1.5)
"""Where there are too few n-grams to estimate them (as KenLM's `--discount_fallback`)."""


@dataclass(frozen=True)
class Tokens:
    """Rows of tokens after one another.

    Attributes:
        ids: (N,) token numbers.
        place: (N,) place of each token in its row, from 0.
    """

    ids: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, ids: np.ndarray, lengths: np.ndarray) -> Tokens:
        """From all tokens, and how many each row has; rows after the last token do not count."""
        start = np.cumsum(lengths) - lengths
        place = np.arange(lengths.sum()) - np.repeat(start, lengths)
        return cls(ids.astype(np.int64), place[: len(ids)])


@dataclass(frozen=True)
class _Order:
    """The n-grams of one order.

    Attributes:
        keys: (G,) sorted: number of the context times V, plus the last token.
        left: (G,) count less discount, divided by the context's count.
        backoff: (C,) weight of the next lower order after each context; 1 where nothing followed it.
    """

    keys: np.ndarray
    left: np.ndarray
    backoff: np.ndarray


@dataclass(frozen=True)
class KneserNey:
    """A language model of n-grams.

    Attributes:
        orders: From single tokens up.
        vocabulary: How many tokens there are; all of them have a probability.
    """

    orders: tuple[_Order, ...]
    vocabulary: int

    @classmethod
    def fit(cls, tokens: Tokens, vocabulary: int, order: int) -> KneserNey:
        """Count the n-grams up to `order` of rows of tokens below `vocabulary`."""
        keys, grams = _grams(tokens, vocabulary, order)
        orders = []
        for size in range(1, order + 1):
            found = grams[size - 1]
            inside = found >= 0
            if size == order:
                count_g = np.bincount(found[inside], minlength=len(keys[-1]))
            else:
                count_g = _continuations(grams[size], found, len(keys[size]), len(keys[size - 1]))
                if size > 1:
                    # The first token of a row is never predicted, so that single tokens need no such counts.
                    count_g += np.bincount(found[inside & (tokens.place == size - 1)], minlength=len(count_g))
            context_g = keys[size - 1] // vocabulary
            orders.append(_order(keys[size - 1], count_g, context_g, len(keys[size - 2]) if size > 1 else 1))
        return cls(tuple(orders), vocabulary)

    def log_probabilities(self, tokens: Tokens) -> np.ndarray:
        """Of each token but the rows' first ones, given the tokens before it in its row, in nats."""
        predicted = np.flatnonzero(tokens.place > 0)
        chance = np.full(len(tokens.ids), 1 / self.vocabulary)
        # The number of the n-gram that ends before each token, and one shorter than the order in turn; -1: never seen.
        context = np.zeros(len(tokens.ids), dtype=np.int64)
        for size, order in enumerate(self.orders):
            known = (context >= 0) & (tokens.place >= size)
            safe = np.where(known, context, 0)
            gram = _find(order.keys, np.where(known, safe * self.vocabulary + tokens.ids, -1))
            mine = np.where(gram >= 0, order.left[gram], 0.0) if len(order.left) else 0.0
            backoff = order.backoff[safe] if len(order.backoff) else 1.0
            chance = np.where(known, mine + backoff * chance, chance)
            context = np.concatenate([[-1], gram[:-1]])
        return np.asarray(np.log(chance[predicted]))


def _grams(tokens: Tokens, vocabulary: int, order: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each size: the sorted keys of its n-grams, and the number of the one that ends at each token, or -1."""
    keys, grams = [], []
    context = np.zeros(len(tokens.ids), dtype=np.int64)
    for size in range(1, order + 1):
        whole = tokens.place >= size - 1
        found, number = np.unique(context[whole] * vocabulary + tokens.ids[whole], return_inverse=True)
        gram = np.full(len(tokens.ids), -1, dtype=np.int64)
        gram[whole] = number
        keys.append(found)
        grams.append(gram)
        context = np.concatenate([[-1], gram[:-1]])
    return keys, grams


def _continuations(longer: np.ndarray, shorter: np.ndarray, longer_count: int, shorter_count: int) -> np.ndarray:
    """How many distinct tokens precede each n-gram: the distinct n-grams one longer that end in it."""
    inside = longer >= 0
    end = np.zeros(longer_count, dtype=np.int64)
    end[longer[inside]] = shorter[inside]
    return np.bincount(end, minlength=shorter_count)


def _order(keys: np.ndarray, count_g: np.ndarray, context_g: np.ndarray, contexts: int) -> _Order:
    discount_g = np.array([0.0, *_discounts(count_g)])[np.minimum(count_g, 3)]
    total_c = np.bincount(context_g, count_g, minlength=contexts)
    taken_c = np.bincount(context_g, discount_g, minlength=contexts)
    backoff_c = np.where(total_c > 0, taken_c / np.maximum(total_c, 1), 1.0)
    return _Order(keys, (count_g - discount_g) / np.maximum(total_c, 1)[context_g], backoff_c)


def _discounts(count_g: np.ndarray) -> tuple[float, ...]:
    """What is taken from counts of 1, of 2, and of 3 and more: equation 26 of Chen and Goodman (1999)."""
    once, twice, thrice, more = (int((count_g == count).sum()) for count in (1, 2, 3, 4))
    if min(once, twice, thrice, more) == 0:
        return _DISCOUNTS
    share = once / (once + 2 * twice)
    wanted = (1 - 2 * share * twice / once, 2 - 3 * share * thrice / twice, 3 - 4 * share * more / thrice)
    return wanted if all(0 <= value <= limit for limit, value in enumerate(wanted, 1)) else _DISCOUNTS


def _find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Places of the wanted keys among the sorted ones; -1 for those that are not there."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
