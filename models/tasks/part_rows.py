"""The rows of several data sets, in batches of one data set each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from models.tasks.rows import Group, Rows

PART = "part"  # What of a batch says whose it is.


@dataclass(frozen=True)
class PartRows(Rows):
    """The parts' rows, one part after the other; the columns stand in the parts.

    Attributes:
        parts: The rows of each.
        temperature: Batches of a part are drawn in proportion to its rows to the power 1 / temperature.
    """

    parts: tuple[Rows, ...] = ()
    temperature: float = 1.0

    @classmethod
    def of(cls, parts: Sequence[Rows], temperature: float) -> PartRows:
        """The rows of some parts, in the order of their numbers."""
        return cls({}, {}, tuple(parts), temperature)

    @property
    def groups(self) -> tuple[Group, ...]:
        """A group for each part."""
        power = 1 / self.temperature - 1
        return tuple(Group(len(part), float(max(1, len(part))) ** power) for part in self.parts)

    @property
    def lengths_n(self) -> np.ndarray:
        """Tokens of each input: (N,) int64."""
        return np.concatenate([part.lengths_n for part in self.parts])

    def used_ids(self, name: str = "input_ids") -> np.ndarray:
        """Sorted distinct token ids of a column in all parts, the padding included."""
        return np.unique(np.concatenate([part.used_ids(name) for part in self.parts]))

    def batch(self, index_b: np.ndarray) -> dict[str, torch.Tensor]:
        """Some rows of one part, padded, and `part`, the part's number: a tensor without dimensions, int64.

        Raises:
            ValueError: The rows are of several parts.
        """
        starts = np.cumsum([0, *(len(part) for part in self.parts)])
        number_b = np.searchsorted(starts, index_b, side="right") - 1
        number = int(number_b[0])
        if (number_b != number).any():
            raise ValueError("a batch holds rows of one part only")
        return self.parts[number].batch(index_b - starts[number]) | {PART: torch.tensor(number)}
