"""A batch that does not fit into memory, computed in pieces.

The loss of a row is divided by the weight of all rows of the optimizer step, so the pieces' gradients add up to the
batch's: optimizer steps are the same up to rounding and what dropout draws.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import torch

from models.errors import TrainingOutOfMemoryError
from models.training.memory import OUT_OF_MEMORY, device_name, forget_frames, free_memory, is_out_of_memory

Batch = dict[str, torch.Tensor]
T = TypeVar("T")
logger = logging.getLogger(__name__)


class Pieces:
    """In how many pieces each batch is computed.

    Args:
        batch_size: Rows of a whole batch.
        count: Pieces to begin with; no more than rows.

    Attributes:
        batch_size: The same.
        count: Pieces of a whole batch now.
    """

    def __init__(self, batch_size: int, count: int = 1) -> None:
        self.batch_size = batch_size
        self.count = 1
        self.at_least(count)

    @property
    def rows(self) -> int:
        """Most rows of a piece."""
        return -(-self.batch_size // self.count)

    def of(self, batch: Mapping[str, torch.Tensor]) -> Iterator[Batch]:
        """The pieces of a batch, cut by rows; columns keep their width, and what has no rows is in every piece."""
        for start in range(0, len(batch["input_ids"]), self.rows):
            yield {
                name: tensor[start : start + self.rows] if tensor.dim() else tensor for name, tensor in batch.items()
            }

    def at_least(self, count: int) -> None:
        """Take so many, where there are fewer."""
        self.count = max(self.count, min(count, self.batch_size))

    def more(self) -> None:
        """Twice as many, of half as many rows."""
        self.at_least(2 * self.count)

    def share_of(self, rows: int) -> int:
        """So many rows computed at once, cut in the same proportion: at least one."""
        return max(1, rows // self.count)


def fewer_at_once(compute: Callable[[int], T], rows: int, what: str, device: torch.device) -> tuple[T, int]:
    """Compute without gradients, with half as many rows at once whenever memory runs out.

    Args:
        compute: Is given the rows to compute at once.
        rows: How many at first.
        what: What is computed, in words.
        device: Where.

    Returns:
        What it gave, and how many rows fitted.

    Raises:
        TrainingOutOfMemoryError: One row does not fit.
    """
    while True:
        try:
            return compute(rows), rows
        except OUT_OF_MEMORY as error:
            if not is_out_of_memory(error):
                raise
            if rows == 1:
                forget_frames(error)
                raise TrainingOutOfMemoryError(f"{what} of one row", device_name(device), str(error)) from error
        rows //= 2
        logger.warning("%s does not fit into memory; it goes on with %d rows at once", what, rows)
        free_memory()
