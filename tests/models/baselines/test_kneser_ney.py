import math
from collections import Counter

import numpy as np
import pytest

from models.baselines.base import run_baselines
from models.baselines.kneser_ney import KneserNey, Tokens
from tests.models.baselines.rows import tokens

VOCABULARY = 21


def flat(rows: list[list[int]]) -> Tokens:
    return Tokens.of(np.array([token for row in rows for token in row]), np.array([len(row) for row in rows]))


def drawn(count: int, seed: int) -> list[list[int]]:
    """Rows of a Markov chain of order two, of 1 to 30 tokens; the last token of the vocabulary never occurs."""
    random, chain = np.random.default_rng(seed), np.random.default_rng(99).dirichlet(np.full(20, 0.2), size=(20, 20))
    rows = []
    for _ in range(count):
        row = random.integers(0, 20, 2).tolist()
        while len(row) < random.integers(1, 30):
            row.append(int(random.choice(20, p=chain[row[-2], row[-1]])))
        rows.append(row)
    return rows


def counts_of(rows: list[list[int]], order: int) -> list[Counter]:
    """The counts of each order by their definition."""
    raw = [Counter(tuple(row[i : i + n]) for row in rows for i in range(len(row) - n + 1)) for n in range(1, order + 1)]
    adjusted = []
    for size in range(1, order):
        counts = Counter(gram[1:] for gram in raw[size])
        if size > 1:
            counts.update(tuple(row[:size]) for row in rows if len(row) >= size)
        adjusted.append(counts)
    return [*adjusted, raw[-1]]


def complete(counts: Counter) -> bool:
    return {1, 2, 3, 4} <= set(counts.values())


def probability(history: tuple[int, ...], token: int, counts: list[Counter]) -> float:
    """Equations 20 to 26 of Chen and Goodman, word for word, with dictionaries."""
    size = len(history) + 1
    lower = probability(history[1:], token, counts) if history else 1 / VOCABULARY
    after = {gram[-1]: count for gram, count in counts[size - 1].items() if gram[:-1] == history}
    if not after:
        return lower
    n = Counter(counts[size - 1].values())
    discount = [0.0, 0.5, 1.0, 1.5]
    if complete(counts[size - 1]):
        share = n[1] / (n[1] + 2 * n[2])
        discount = [0.0, *(i - (i + 1) * share * n[i + 1] / n[i] for i in (1, 2, 3))]
    taken = {word: discount[min(count, 3)] for word, count in after.items()}
    total = sum(after.values())
    return (after.get(token, 0) - taken.get(token, 0)) / total + sum(taken.values()) / total * lower


@pytest.fixture(scope="module")
def train() -> list[list[int]]:
    return drawn(600, 0)


def test_probabilities_are_those_of_the_definition(train) -> None:
    model, counts = KneserNey.fit(flat(train), VOCABULARY, 4), counts_of(train, 4)
    # Both ways to the discounts are taken: estimated, and fixed for the few single tokens.
    assert [complete(of_order) for of_order in counts] == [False, True, True, True]
    rows = drawn(6, 1)
    found = model.log_probabilities(flat(rows))
    expected = []
    for row in rows:
        for place in range(1, len(row)):
            expected.append(probability(tuple(row[max(0, place - 3) : place]), row[place], counts))
    assert found == pytest.approx(np.log(expected), abs=1e-12)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_of_the_vocabulary_sum_to_one(train, order: int) -> None:
    model = KneserNey.fit(flat(train), VOCABULARY, order)
    for history in ([0], [3, 1], [2, 5, 7, 1], [20, 20, 20], [1, 20, 2]):
        found = model.log_probabilities(flat([[*history, token] for token in range(VOCABULARY)]))
        chances = np.exp(found).reshape(VOCABULARY, -1)[:, -1]
        assert chances.sum() == pytest.approx(1)
        assert chances.min() > 0


def test_rows_do_not_see_each_other(train) -> None:
    model = KneserNey.fit(flat(train), VOCABULARY, 4)
    rows = [row for row in drawn(5, 2) if len(row) > 3]
    alone = np.concatenate([model.log_probabilities(flat([row])) for row in rows])
    assert np.array_equal(model.log_probabilities(flat(rows)), alone)


def test_little_data_gives_probabilities_too() -> None:
    for rows in ([[0, 1]], [[2]], [[0, 1, 2], [0]]):
        model = KneserNey.fit(flat(rows), 4, 4)
        found = model.log_probabilities(flat([[0, token] for token in range(4)]))
        assert np.exp(found).sum() == pytest.approx(1)


def test_the_baselines_reach_the_chains_entropy(train) -> None:
    single, four = run_baselines("language_modeling", tokens(drawn(1000, 3), drawn(100, 4)))
    assert single.majority
    counts = Counter(token for row in drawn(1000, 3) for token in row[1:])
    total = sum(counts.values()) + 20
    nats = [-math.log((counts[token] + 1) / total) for row in drawn(100, 4) for token in row[1:]]
    assert single.metrics["loss"] == pytest.approx(np.mean(nats))
    assert four.metrics["perplexity"] == pytest.approx(math.exp(four.metrics["loss"]))
    assert four.metrics["perplexity"] < 0.7 * single.metrics["perplexity"]
