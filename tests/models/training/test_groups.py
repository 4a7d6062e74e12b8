"""Batches of rows that share none with others: how many each group gets, and which rows."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tasks.part_rows import PartRows
from models.tasks.rows import Group, Ragged, Rows
from models.training.bucketing import EpochOrder, batches_of_groups, epoch_batches

sizes = st.lists(st.integers(1, 120), min_size=1, max_size=5)


def rows_of(count: int) -> Rows:
    lengths_n = np.arange(count) % 7 + 1
    return Rows({"input_ids": Ragged.of(np.arange(lengths_n.sum()), lengths_n, 0)}, {})


def order(counts: list[int], temperature: float, batch_size: int = 10, epoch: int = 0, seed: int = 0) -> EpochOrder:
    made = EpochOrder(PartRows.of([rows_of(count) for count in counts], temperature), batch_size, seed, bucketed=True)
    made.epoch = epoch
    return made


def group_of(counts: list[int], rows_b: np.ndarray) -> int:
    """The one group that all rows are of."""
    (group,) = set(np.searchsorted(np.cumsum(counts), rows_b, side="right").tolist())
    return int(group)


@given(sizes, st.integers(1, 40), st.integers(0, 3), st.booleans())
def test_at_the_same_rate_each_row_comes_once_in_a_batch_of_its_group(
    counts: list[int], size: int, epoch: int, bucketed: bool
) -> None:
    groups = [Group(count, 0.5) for count in counts]
    lengths_n = np.arange(sum(counts)) % 9 + 1
    batches = epoch_batches(lengths_n, size, 7, epoch, bucketed=bucketed, groups=groups)
    assert sorted(np.concatenate(batches).tolist()) == list(range(sum(counts)))
    assert Counter(group_of(counts, rows_b) for rows_b in batches) == {
        group: -(-count // size) for group, count in enumerate(counts)
    }


@given(sizes, st.integers(1, 40), st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
def test_every_group_gets_its_quota_rounded_and_at_least_one(counts: list[int], size: int, rates: list[float]) -> None:
    groups = [Group(count, rate) for count, rate in zip(counts, rates, strict=False)]
    found = batches_of_groups(groups, size)
    own = [-(-count // size) for count in counts]
    wanted = [batches * group.rate for batches, group in zip(own, groups, strict=True)]
    assert sum(found) == sum(own)
    assert min(found) >= 1
    for count, one in zip(found, wanted, strict=True):
        quota = one / sum(wanted) * sum(own)
        assert count <= max(1, np.ceil(quota + 1e-6))


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, [90, 10]), (2.0, [75, 25]), (1e6, [50, 50]), (0.5, [99, 1])],  # 900² : 100² is 81 : 1.
)
def test_temperature_sets_the_shares(temperature: float, expected: list[int]) -> None:
    counts = [900, 100]
    batches = [place.rows_b for place in order(counts, temperature)]
    assert len(order(counts, temperature)) == len(batches) == 100
    found = Counter(group_of(counts, rows_b) for rows_b in batches)
    assert [found[group] for group in (0, 1)] == expected


def test_who_gets_more_begins_anew_and_who_gets_fewer_repeats_none() -> None:
    seen = Counter(np.concatenate([place.rows_b for place in order([900, 100], 2.0)]).tolist())
    assert {seen[row] for row in range(900, 1000)} == {2, 3}  # 25 batches of 10 from 100 rows.
    assert sorted(seen[row] for row in range(900)) == [0] * 150 + [1] * 750
    later = Counter(np.concatenate([place.rows_b for place in order([900, 100], 2.0, epoch=1)]).tolist())
    assert {row for row in range(900) if not seen[row]} != {row for row in range(900) if not later[row]}


def test_the_order_follows_from_seed_and_epoch_alone() -> None:
    def as_tuple(epoch: int, seed: int) -> tuple[int, ...]:
        made = order([50, 20], 2.0, epoch=epoch, seed=seed)
        first = tuple(np.concatenate([place.rows_b for place in made]).tolist())
        assert first == tuple(np.concatenate([place.rows_b for place in made]).tolist())
        return first

    assert len({as_tuple(0, 0), as_tuple(1, 0), as_tuple(0, 1)}) == 3


def test_batches_of_the_groups_are_mixed() -> None:
    found = [group_of([200, 200], place.rows_b) for place in order([200, 200], 1.0)]
    assert sum(one != other for one, other in pairwise(found)) > 10


def test_one_group_is_no_group() -> None:
    plain, parts = rows_of(60), PartRows.of([rows_of(60)], 3.0)
    one, other = (EpochOrder(rows, 8, 0, bucketed=True) for rows in (plain, parts))
    assert all(np.array_equal(a.rows_b, b.rows_b) for a, b in zip(one, other, strict=True))


def test_a_batch_is_that_of_its_part() -> None:
    first, second = rows_of(5), Rows(rows_of(9).ragged, {"labels": np.arange(9)})
    rows = PartRows.of([first, second], 1.0)
    assert (len(rows), rows.lengths_n.tolist()) == (14, [*first.lengths_n, *second.lengths_n])
    batch, own = rows.batch(np.array([5, 13])), second.batch(np.array([0, 8]))
    assert batch.pop("part").item() == 1
    assert {name: tensor.tolist() for name, tensor in batch.items()} == {n: t.tolist() for n, t in own.items()}
    assert rows.batch(np.array([4]))["part"].item() == 0
    with pytest.raises(ValueError, match="one part"):
        rows.batch(np.array([4, 5]))
    assert rows.used_ids().tolist() == sorted({*first.used_ids().tolist(), *second.used_ids().tolist()})
