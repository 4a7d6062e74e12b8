"""What pictures are made of, by hand."""

import numpy as np
import pytest

from models.pictures.calibration import Bin, Calibration
from models.pictures.pieces import Confusion, Histogram, Pair, Share, confused, shares


def test_a_confusion_of_few_classes_is_whole() -> None:
    counts = np.array([[3, 1], [0, 2]])
    assert Confusion.of(["a", "b"], counts) == Confusion(["a", "b"], [[3, 1], [0, 2]], 5)


def test_of_many_classes_the_rarest_are_one_and_no_row_is_lost() -> None:
    counts = np.diag(np.arange(1, 41))
    counts[0, 39] = counts[39, 0] = counts[1, 2] = 7
    found = Confusion.of([f"c{at}" for at in range(40)], counts)
    assert len(found.labels) == len(found.counts) == 25
    assert found.labels[-1] == "(16 others)"
    assert np.sum(found.counts) == counts.sum()
    assert found.right == np.trace(counts) < np.trace(found.counts), "one of the others for another is not right"
    kept = [int(label[1:]) for label in found.labels[:-1]]
    assert kept == sorted(kept)
    often = counts.sum(axis=0) + counts.sum(axis=1)
    assert min(often[kept]) >= max(often[at] for at in range(40) if at not in kept)
    assert found.counts[-1][-1] == sum(counts[i, j] for i in range(40) for j in range(40) if not {i, j} & set(kept))


def test_the_most_frequent_confusions_come_first_and_right_ones_are_none() -> None:
    counts = np.array([[90, 2, 0], [5, 1, 1], [0, 0, 4]])
    assert confused(["a", "b", "c"], counts) == [Pair("b", "a", 5), Pair("a", "b", 2), Pair("b", "c", 1)]
    assert len(confused([f"c{at}" for at in range(40)], np.ones((40, 40), dtype=int))) == 15


def test_shares_know_what_is_undefined() -> None:
    counts = np.array([[3, 1, 0], [2, 0, 0], [0, 0, 0]])
    first, second, third = shares(["a", "b", "c"], counts)
    assert first == Share("a", 3 / 5, 3 / 4, 6 / 9, 4, 5)
    assert second == Share("b", 0.0, 0.0, 0.0, 2, 1)
    assert third == Share("c", None, None, None, 0, 0)


def test_calibration_by_hand() -> None:
    sure, right = np.array([0.95, 0.91, 1.0, 0.55, 0.0]), np.array([True, False, True, True, False])
    found = Calibration.of(sure, right)
    assert found.bins == [
        Bin(0.0, 0.1, 1, 0.0, 0.0),
        Bin(0.5, 0.6, 1, 0.55, 1.0),
        Bin(0.9, 1.0, 3, pytest.approx(0.953333, abs=1e-5), pytest.approx(2 / 3)),
    ]
    assert found.error == pytest.approx((0.45 + 3 * (0.953333 - 2 / 3)) / 5, abs=1e-5)
    assert Calibration.of(np.array([]), np.array([], dtype=bool)) == Calibration([], None)


def test_a_histogram_counts_finite_values_between_its_edges() -> None:
    found = Histogram.of(np.array([0.0, 0.24, 0.25, 1.0, np.nan, np.inf]), 4, (0.0, 1.0))
    assert found == Histogram([0.0, 0.25, 0.5, 0.75, 1.0], [2, 1, 0, 1])
    assert sum(Histogram.of(np.array([3.0, 3.0]), 5).counts) == 2
