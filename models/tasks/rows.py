"""Tokenized rows in memory, and batches of them.

Reading a row at a time from Arrow costs more than the padding itself; so each column is read once, flat.
Shapes: N rows, B rows in a batch, L tokens of the longest row in the batch, T tokens of all rows together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
import torch


@dataclass(frozen=True)
class Rows:
    """Rows of token ids, flat, with their labels.

    Attributes:
        input_ids_t: Token ids of all rows, one after another.
        token_type_ids_t: Segment of each token (0 or 1), for models that know it.
        starts_n: Where each row begins in the flat columns.
        lengths_n: Tokens in each row.
        labels_n: Class of each row; None when unknown.
        pad_token_id: What fills up shorter rows.
    """

    input_ids_t: np.ndarray
    token_type_ids_t: np.ndarray | None
    starts_n: np.ndarray
    lengths_n: np.ndarray
    labels_n: np.ndarray | None
    pad_token_id: int

    @classmethod
    def from_dataset(cls, dataset: Any, tokenizer: Any) -> Rows:
        """Rows of a `datasets.Dataset` with columns `input_ids`, `label` and maybe `token_type_ids`."""
        table = dataset.with_format("arrow")[:]
        ids = table.column("input_ids").combine_chunks()
        types = table.column("token_type_ids").combine_chunks() if "token_type_ids" in table.column_names else None
        return cls._of(
            ids.flatten().to_numpy(zero_copy_only=False),
            types.flatten().to_numpy(zero_copy_only=False) if types is not None else None,
            pc.list_value_length(ids).to_numpy(zero_copy_only=False),
            table.column("label").to_numpy(),
            tokenizer,
        )

    @classmethod
    def from_encodings(cls, encodings: Mapping[str, Sequence[Sequence[int]]], tokenizer: Any) -> Rows:
        """Rows of a tokenizer's output (lists, unpadded), without labels."""
        ids = encodings["input_ids"]
        types = encodings.get("token_type_ids")
        lengths = np.array([len(row) for row in ids], dtype=np.int64)
        return cls._of(_flat(ids), _flat(types) if types is not None else None, lengths, None, tokenizer)

    @classmethod
    def _of(
        cls,
        input_ids_t: np.ndarray,
        token_type_ids_t: np.ndarray | None,
        lengths_n: np.ndarray,
        labels_n: np.ndarray | None,
        tokenizer: Any,
    ) -> Rows:
        lengths = lengths_n.astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64)
        labels = None if labels_n is None else labels_n.astype(np.int64)
        return cls(input_ids_t, token_type_ids_t, starts, lengths, labels, pad_token_id_of(tokenizer))

    def __len__(self) -> int:
        return len(self.lengths_n)

    @property
    def targets_n(self) -> np.ndarray:
        """The labels of rows that have them: (N,) int64."""
        if self.labels_n is None:
            raise ValueError("these rows have no labels")
        return self.labels_n

    def batch(self, index_b: np.ndarray) -> dict[str, torch.Tensor]:
        """The rows at `index_b`, padded on the right to the longest of them.

        Returns:
            `input_ids` and `attention_mask` (B, L) int64, `token_type_ids` (B, L) where the data has them, and
            `labels` (B,) int64 where they are known.
        """
        starts_b, lengths_b = self.starts_n[index_b], self.lengths_n[index_b]
        position_l = np.arange(lengths_b.max())
        real_bl = position_l < lengths_b[:, None]
        where_bl = np.where(real_bl, starts_b[:, None] + position_l, 0)
        ids_bl = np.where(real_bl, self.input_ids_t[where_bl], self.pad_token_id)
        batch = {"input_ids": _long(ids_bl), "attention_mask": _long(real_bl)}
        if self.token_type_ids_t is not None:
            batch["token_type_ids"] = _long(np.where(real_bl, self.token_type_ids_t[where_bl], 0))
        if self.labels_n is not None:
            batch["labels"] = _long(self.labels_n[index_b])
        return batch


def pad_token_id_of(tokenizer: Any) -> int:
    """The padding token; models without one (decoders) get their end token, and the attention mask hides it."""
    for found in (tokenizer.pad_token_id, tokenizer.eos_token_id):
        if found is not None:
            return int(found)
    return 0


def _flat(lists: Sequence[Sequence[int]]) -> np.ndarray:
    return np.fromiter((value for row in lists for value in row), dtype=np.int64)


def _long(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))
