"""Stratified cuts: every class keeps its share in every part, and the same seed gives the same rows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence

Groups = dict[int, list[int]]


def cut(labels: Sequence[int], validation_fraction: float, test_fraction: float, seed: int) -> dict[str, list[int]]:
    """Divide rows into `train`, `validation` and `test`.

    A part's rows of each class are within one row of its share, and its size is the rounded share of all rows where
    the classes allow it: each class leaves at least one row for training, so a class of one row is in `train` only.

    Args:
        labels: Class of each row.
        validation_fraction: Share of all rows; 0: none.
        test_fraction: Share of all rows; 0: none. Both together are below 1.
        seed: Decides which rows of a class go where.

    Returns:
        Row indices of each part, ascending.
    """
    groups = _shuffled(labels, seed)
    counts = {label: len(rows) for label, rows in groups.items()}
    floors = {label: math.floor(count * validation_fraction) for label, count in counts.items()}
    test = _shares(counts, test_fraction, lambda label: counts[label] - 1 - floors[label])
    validation = _shares(counts, validation_fraction, lambda label: counts[label] - 1 - test[label])
    parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for label, rows in groups.items():
        first, second = test[label], test[label] + validation[label]
        parts["test"] += rows[:first]
        parts["validation"] += rows[first:second]
        parts["train"] += rows[second:]
    return {name: sorted(rows) for name, rows in parts.items()}


def subsample(labels: Sequence[int], rows: int, seed: int) -> list[int]:
    """Choose `rows` rows so that every class keeps its share, within one row, and at least one row of its own.

    Where that is more than a class's share, the others give: the share of a rare class is then above, theirs below.

    Args:
        labels: Class of each row.
        rows: How many to choose: at least the number of classes. As many as there are, or more: all.
        seed: Decides which rows of a class are chosen.

    Returns:
        Row indices, ascending.
    """
    if rows >= len(labels):
        return list(range(len(labels)))
    groups = _shuffled(labels, seed)
    quotas = {label: len(group) * rows / len(labels) for label, group in groups.items()}
    sizes = {label: max(1, math.floor(quota)) for label, quota in quotas.items()}
    while (missing := rows - sum(sizes.values())) != 0:
        step = 1 if missing > 0 else -1
        open_labels = [label for label in sizes if step > 0 or sizes[label] > 1]
        chosen = max(open_labels, key=lambda label: (step * (quotas[label] - sizes[label]), -label))
        sizes[chosen] += step
    return sorted(row for label, group in groups.items() for row in group[: sizes[label]])


def _shuffled(labels: Sequence[int], seed: int) -> Groups:
    groups: Groups = {}
    for row, label in enumerate(labels):
        groups.setdefault(label, []).append(row)
    for label in sorted(groups):
        random.Random(f"{seed}/{label}").shuffle(groups[label])
    return groups


def _shares(counts: Mapping[int, int], fraction: float, room: Callable[[int], int]) -> dict[int, int]:
    """Largest remainders: round down, then give the rows still missing to the classes that lost most by rounding."""
    sizes = {label: max(0, min(math.floor(count * fraction), room(label))) for label, count in counts.items()}
    missing = round(sum(counts.values()) * fraction) - sum(sizes.values())
    by_loss = sorted(counts, key=lambda label: (sizes[label] - counts[label] * fraction, label))
    for label in by_loss if fraction else []:
        if missing > 0 and sizes[label] < room(label):
            sizes[label] += 1
            missing -= 1
    return sizes
