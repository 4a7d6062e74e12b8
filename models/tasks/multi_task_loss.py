"""The training loss of several tasks, a batch of one of them at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from models.tasks.base import Criterion
from models.tasks.part_rows import PART
from models.tasks.rows import Rows

ROWS_AT_ONCE = 1000


class PartsCriterion(Criterion):
    """The loss of a batch's part, in units of rows.

    Tasks count in units of their own: rows, or tagged words. Summed as they are, in an optimizer step of several
    batches words would outvote rows; so each part's weight is divided by its mean weight of a training row.

    Args:
        criteria: The parts' own.
        rows: The parts' training rows.
    """

    def __init__(self, criteria: Sequence[Criterion], rows: Sequence[Rows]) -> None:
        self._criteria = tuple(criteria)
        self._units = tuple(mean_weight(*pair) for pair in zip(criteria, rows, strict=True))

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The part's weight of the batch, in mean training rows."""
        part = int(batch[PART])
        return self._criteria[part].weight_of(batch) / self._units[part]

    def loss_sum(self, outputs: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The part's loss in the same unit: a scalar in fp32."""
        part = int(batch[PART])
        return self._criteria[part].loss_sum(outputs, batch) / self._units[part]


def mean_weight(criterion: Criterion, rows: Rows) -> float:
    """Mean weight of a row; 1 where no row has any."""
    starts = range(0, len(rows), ROWS_AT_ONCE)
    total = sum(criterion.weight_of(rows.batch(np.arange(len(rows))[at : at + ROWS_AT_ONCE])) for at in starts)
    return total / len(rows) if total else 1.0
