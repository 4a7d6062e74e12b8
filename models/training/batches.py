"""The training rows as padded batches, augmented where that is asked for.

What a batch holds follows from the seed and its place alone, so that a resumed training sees the batches that an
uninterrupted one sees.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from models.pretrained import Tokenizers
from models.spec import TrainParams
from models.tasks import Rows
from models.tasks.rows import pad_token_id_of
from models.training.augment import Batch, augment_batch
from models.training.bucketing import EpochOrder, Place

AUGMENTATION = 1  # Parts the stream of chance from the one that orders the rows.


class TrainBatches(Dataset[Batch]):
    """Makes the batch of a place.

    Args:
        rows: The training rows.
        params: Seed, and shares of tokens to delete and to swap.
        tokenizers: They know which tokens are special.
    """

    def __init__(self, rows: Rows, params: TrainParams, tokenizers: Tokenizers) -> None:
        self._rows, self._params = rows, params
        source = tokenizers.source
        self._special_ids = np.array([i for i in source.all_special_ids if i != source.unk_token_id], dtype=np.int64)
        self._pad_id = pad_token_id_of(source)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitems__(self, place: Place) -> Batch:
        """The batch, on the CPU. torch's DataLoader hands over what the sampler gives."""
        batch, params = self._rows.batch(place.rows_b), self._params
        if not params.token_deletion and not params.token_swap:
            return batch
        rng = np.random.default_rng((params.seed, place.epoch, place.number, AUGMENTATION))
        return augment_batch(
            batch, self._special_ids, params.token_deletion, params.token_swap, rng, pad_id=self._pad_id
        )


def train_batches(rows: Rows, params: TrainParams, tokenizers: Tokenizers) -> tuple[DataLoader[Any], EpochOrder]:
    """What Trainer iterates over once an epoch, and the order that is told which epoch it is."""
    order = EpochOrder(rows, params.batch_size, params.seed, bucketed=params.length_bucketing)
    made = TrainBatches(rows, params, tokenizers)
    # A generator of its own: DataLoader draws a number from it each epoch, and torch's global one stays as it was.
    return DataLoader(made, batch_sampler=order, collate_fn=_as_it_is, generator=torch.Generator()), order


def _as_it_is(batch: Any) -> Any:
    return batch
