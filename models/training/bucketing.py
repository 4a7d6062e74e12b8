"""Batches of rows of like length, in an order that depends on the seed and the epoch only.

Padding is computed like real tokens. On 600 rows of SST-2, batches of like length train twice as fast.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from models.tasks import Rows

MEGABATCH = 64  # Batches that are sorted together: enough for almost no padding, few enough to keep batches mixed.


def epoch_batches(
    lengths_n: np.ndarray, batch_size: int, seed: int, epoch: int, *, bucketed: bool = True
) -> list[np.ndarray]:
    """Indices of the rows of each batch; each row is in exactly one batch.

    Args:
        lengths_n: (N,) tokens in each row.
        batch_size: Rows in a batch; the last rows make a smaller one.
        seed: Seed of the training.
        epoch: Number of the pass, from 0; each has another order.
        bucketed: Sort by length within each `MEGABATCH` batches, then shuffle the batches.
    """
    random = np.random.default_rng((seed, epoch))
    order = random.permutation(len(lengths_n))
    if not bucketed:
        return _split(order, batch_size)
    batches: list[np.ndarray] = []
    for part in _split(order, batch_size * MEGABATCH):
        batches += _split(part[np.argsort(lengths_n[part], kind="stable")], batch_size)
    return [batches[index] for index in random.permutation(len(batches))]


class TrainBatches:
    """The training rows as padded batches; what Trainer iterates over once an epoch.

    Args:
        rows: The training rows.
        batch_size: Rows in a batch.
        seed: Seed of the order.
        bucketed: Batches of like length.
    """

    def __init__(self, rows: Rows, batch_size: int, seed: int, *, bucketed: bool) -> None:
        self.dataset = rows
        self.batch_size = batch_size
        self._seed = seed
        self._bucketed = bucketed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Trainer before each pass."""
        self._epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        lengths = self.dataset.lengths_n
        for index_b in epoch_batches(lengths, self.batch_size, self._seed, self._epoch, bucketed=self._bucketed):
            yield self.dataset.batch(index_b)


def _split(order: np.ndarray, size: int) -> list[np.ndarray]:
    return [order[start : start + size] for start in range(0, len(order), size)]
