import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tasks.infer import sorted_batches
from models.training.bucketing import MEGABATCH, epoch_batches

lengths = st.lists(st.integers(1, 300), min_size=1, max_size=400).map(np.array)


@given(lengths, st.integers(1, 40), st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_each_row_exactly_once(n: np.ndarray, size: int, seed: int, epoch: int, bucketed: bool) -> None:
    batches = epoch_batches(n, size, seed, epoch, bucketed=bucketed)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(n)))
    assert len(batches) == -(-len(n) // size)
    assert sorted(map(len, batches))[1:] == [size] * (len(batches) - 1)


@given(lengths, st.integers(1, 40), st.integers(0, 5), st.integers(0, 3))
def test_order_depends_on_seed_and_epoch_only(n: np.ndarray, size: int, seed: int, epoch: int) -> None:
    first, second = epoch_batches(n, size, seed, epoch), epoch_batches(n, size, seed, epoch)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_epochs_and_seeds_differ() -> None:
    n = np.arange(1, 101)
    orders = [tuple(np.concatenate(epoch_batches(n, 8, seed, epoch))) for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    assert len(set(orders)) == 3


@given(lengths, st.integers(2, 40))
def test_bucketing_never_pads_more(n: np.ndarray, size: int) -> None:
    def padded(bucketed: bool) -> int:
        return sum(len(rows) * int(n[rows].max()) for rows in epoch_batches(n, size, 0, 0, bucketed=bucketed))

    if len(n) % size == 0 and len(n) <= size * MEGABATCH:  # Else the smaller last batch may fall on long rows.
        assert padded(True) <= padded(False)


def test_little_padding_on_real_lengths() -> None:
    n = np.random.default_rng(0).gamma(4.0, 6.0, 5000).astype(int) + 2
    padded = sum(len(rows) * int(n[rows].max()) for rows in epoch_batches(n, 16, 0, 0))
    assert padded < 1.05 * n.sum()


@given(lengths, st.integers(1, 40))
def test_evaluation_batches_hold_each_row_once_longest_first(n: np.ndarray, size: int) -> None:
    batches = sorted_batches(n, size)
    order = np.concatenate(batches)
    assert sorted(order.tolist()) == list(range(len(n)))
    assert (np.diff(n[order]) <= 0).all()


@pytest.mark.parametrize("bucketed", [True, False])
def test_batches_are_mixed(bucketed: bool) -> None:
    n = np.arange(1, 257)
    firsts = [int(n[rows].min()) for rows in epoch_batches(n, 8, 0, 0, bucketed=bucketed)]
    assert firsts != sorted(firsts)
