"""Tokenized rows in memory, and batches of them.

Reading a row at a time from Arrow costs more than the padding itself; so each column is read once, flat.
Shapes: N rows, B rows in a batch, L tokens of the longest row in the batch, T tokens of all rows together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch

from models.pretrained.tokenizers import Tokenizers

IGNORED = -100  # Label of positions that count in no loss; torch's own convention.
# What a batch holds for the loss alone; everything else goes into the network.
TARGETS = ("labels", "start_positions", "end_positions")
# Columns that the network or the loss reads; others are the task's own bookkeeping.
COLUMNS = ("input_ids", "token_type_ids", *TARGETS)


@dataclass(frozen=True)
class Ragged:
    """A column of lists, flat.

    Attributes:
        values_t: The lists of all rows, one after another.
        starts_n: Where each row begins.
        lengths_n: Values in each row.
        pad: What fills up shorter rows.
    """

    values_t: np.ndarray
    starts_n: np.ndarray
    lengths_n: np.ndarray
    pad: int

    @classmethod
    def of(cls, values_t: np.ndarray, lengths_n: np.ndarray, pad: int) -> Ragged:
        """A column from its flat values and the length of each row."""
        lengths = lengths_n.astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64)
        return cls(values_t, starts, lengths, pad)

    def batch(self, index_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows at `index_b`, padded on the right to the longest: values and where they are real, both (B, L)."""
        starts_b, lengths_b = self.starts_n[index_b], self.lengths_n[index_b]
        position_l = np.arange(lengths_b.max())
        real_bl = position_l < lengths_b[:, None]
        where_bl = np.where(real_bl, starts_b[:, None] + position_l, 0)
        return np.where(real_bl, self.values_t[where_bl], self.pad), real_bl


@dataclass(frozen=True)
class Group:
    """Consecutive rows that share batches with no others.

    Attributes:
        size: How many.
        rate: How often one of them is seen, in relation to the rates of the other groups' rows.
    """

    size: int
    rate: float = 1.0


@dataclass(frozen=True)
class Rows:
    """Rows of tokens with their answers.

    Attributes:
        ragged: Columns of lists by name; `input_ids` is always there.
        fixed: Columns of numbers, or of lists of one length: (N,) or (N, K).
    """

    ragged: Mapping[str, Ragged]
    fixed: Mapping[str, np.ndarray]

    @classmethod
    def from_dataset(cls, dataset: Any, tokenizers: Tokenizers) -> Rows:
        """Rows of a `datasets.Dataset` with the token columns of a format; those in `COLUMNS` are read."""
        table = dataset.with_format("arrow")[:]
        pads = _pads(tokenizers)
        ragged: dict[str, Ragged] = {}
        fixed: dict[str, np.ndarray] = {}
        for name in (name for name in COLUMNS if name in table.column_names):
            column = table.column(name).combine_chunks()
            if isinstance(column, pa.ChunkedArray):  # An empty table gives no chunk to combine.
                column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
            if pa.types.is_fixed_size_list(column.type):
                flat = column.flatten().to_numpy(zero_copy_only=False)
                fixed[name] = flat.reshape(len(column), column.type.list_size)
            elif pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
                flat = column.flatten().to_numpy(zero_copy_only=False)
                lengths = pc.list_value_length(column).to_numpy(zero_copy_only=False)
                ragged[name] = Ragged.of(flat, lengths, pads.get(name, 0))
            else:
                fixed[name] = column.to_numpy(zero_copy_only=False)
        return cls(ragged, fixed)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Sequence[int]]], tokenizers: Tokenizers) -> Rows:
        """Rows of what a format's `encode` gives (lists, unpadded), without answers."""
        pads = _pads(tokenizers)
        ragged = {
            name: Ragged.of(_flat(lists), np.array([len(row) for row in lists], dtype=np.int64), pads.get(name, 0))
            for name, lists in columns.items()
            if name in COLUMNS and name not in TARGETS
        }
        return cls(ragged, {})

    def __len__(self) -> int:
        return len(self.lengths_n)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Which rows may share a batch: here, all."""
        return (Group(len(self)),)

    @property
    def lengths_n(self) -> np.ndarray:
        """Tokens of each input: (N,) int64."""
        return self.ragged["input_ids"].lengths_n

    @property
    def targets_n(self) -> np.ndarray:
        """The answers of rows that have one each: (N,) or (N, K)."""
        if "labels" not in self.fixed:
            raise ValueError("these rows have no label each")
        return self.fixed["labels"]

    def used_ids(self, name: str = "input_ids") -> np.ndarray:
        """Sorted distinct token ids of a column, the padding included."""
        column = self.ragged[name]
        return np.unique(np.concatenate([np.unique(column.values_t), [column.pad]])).astype(np.int64)

    def batch(self, index_b: np.ndarray) -> dict[str, torch.Tensor]:
        """The rows at `index_b`, padded on the right to the longest of them.

        Returns:
            The columns as tensors (B, L) or (B,), whole numbers as int64, and `attention_mask` (B, L).
        """
        found: dict[str, torch.Tensor] = {}
        for name, column in self.ragged.items():
            values_bl, real_bl = column.batch(index_b)
            found[name] = _long(values_bl)
            if name == "input_ids":
                found["attention_mask"] = _long(real_bl)
        for name, values in self.fixed.items():
            chosen = values[index_b]
            is_float = np.issubdtype(chosen.dtype, np.floating)
            found[name] = torch.from_numpy(chosen.astype(np.float32)) if is_float else _long(chosen)
        return found


def inputs_of(batch: Mapping[str, torch.Tensor], reads: Sequence[str] = ()) -> dict[str, torch.Tensor]:
    """What of a batch goes into the network: all but the answers, and those answers that it reads (`Network.reads`)."""
    return {name: tensor for name, tensor in batch.items() if name not in TARGETS or name in reads}


def pad_token_id_of(tokenizer: Any) -> int:
    """The padding token; models without one (decoders) get their end token, and the attention mask hides it."""
    for found in (tokenizer.pad_token_id, tokenizer.eos_token_id):
        if found is not None:
            return int(found)
    return 0


def _pads(tokenizers: Tokenizers) -> dict[str, int]:
    return {"input_ids": pad_token_id_of(tokenizers.source), "labels": IGNORED}


def _flat(lists: Sequence[Sequence[int]]) -> np.ndarray:
    return np.fromiter((value for row in lists for value in row), dtype=np.int64)


def _long(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))
