from __future__ import annotations

from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from models.data.cut import cut, subsample

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=120)
FRACTION = st.floats(0.01, 0.6)
SEED = st.integers(0, 2**70)


@given(LABELS, FRACTION, FRACTION, SEED)
def test_cut_is_complete_disjoint_and_stratified(labels: list[int], first: float, second: float, seed: int) -> None:
    assume(first + second < 0.99)
    parts = cut(labels, first, second, seed)
    assert sorted(parts["train"] + parts["validation"] + parts["test"]) == list(range(len(labels)))
    assert all(rows == sorted(rows) for rows in parts.values())
    totals = Counter(labels)
    for name, fraction in (("validation", first), ("test", second)):
        counts = Counter(labels[row] for row in parts[name])
        for label, total in totals.items():
            assert abs(counts[label] - total * fraction) <= 1
    assert {labels[row] for row in parts["train"]} == set(labels)


@given(LABELS, FRACTION, SEED)
def test_cut_is_deterministic(labels: list[int], fraction: float, seed: int) -> None:
    assert cut(labels, fraction, 0.1, seed) == cut(labels, fraction, 0.1, seed)


def test_cut_depends_on_the_seed() -> None:
    labels = [0, 1] * 50
    assert cut(labels, 0.2, 0.2, 0) != cut(labels, 0.2, 0.2, 1)


def test_sizes_are_the_rounded_shares_of_the_whole() -> None:
    parts = cut([at % 7 for at in range(100)], 0.15, 0.25, 3)
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 60, "validation": 15, "test": 25}


def test_a_class_of_one_row_is_for_training() -> None:
    parts = cut([0] * 10 + [1], 0.3, 0.3, 0)
    assert 10 in parts["train"]


def test_no_fraction_no_rows() -> None:
    parts = cut([0, 1] * 10, 0.2, 0.0, 0)
    assert parts["test"] == []
    assert len(parts["validation"]) == 4


@given(LABELS, st.data(), SEED)
def test_subsample(labels: list[int], data: st.DataObject, seed: int) -> None:
    rows = data.draw(st.integers(len(set(labels)), len(labels) + 5))
    chosen = subsample(labels, rows, seed)
    assert len(chosen) == len(set(chosen)) == min(rows, len(labels))
    assert {labels[row] for row in chosen} == set(labels)
    assert chosen == subsample(labels, rows, seed)
    totals, counts = Counter(labels), Counter(labels[row] for row in chosen)
    quotas = {label: total * rows / len(labels) for label, total in totals.items()}
    if all(quota >= 1 for quota in quotas.values()):
        assert all(abs(counts[label] - min(quotas[label], totals[label])) <= 1 for label in totals)
