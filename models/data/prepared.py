"""Data as a training reads them: of one data set, and of several together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from models.data.care import DataCard, PartsCard
from models.data.splits import Splits
from models.pretrained.tokenizers import Tokenizers


@dataclass(frozen=True, eq=False)
class PreparedData:
    """What a training reads: tokens of three splits, memory-mapped.

    The splits have the token columns of the task's format (`models.data.formats`): at least `input_ids` (list of int,
    no padding).

    Attributes:
        test: May have no rows, when `test_fraction` is 0 and no test set was given.
        raw: The normalized rows themselves, in the same order.
        tokenizers: What made the tokens.
        fingerprint: SHA-256 of the normalized rows, the same wherever they are prepared.
        card: What was found in the data and done to them.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
    raw: Splits
    tokenizers: Tokenizers
    fingerprint: str
    card: DataCard | PartsCard

    @property
    def about(self) -> Mapping[str, Any]:
        """What is known of the data as a whole: `labels`, `pair`, … as the task has them."""
        return self.raw.about

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names; empty for tasks without classes."""
        return self.raw.labels

    @property
    def pair(self) -> bool:
        """Whether a row has two texts."""
        return self.raw.pair

    @property
    def source_notes(self) -> tuple[str, ...]:
        """What was decided while reading, for people."""
        return self.raw.source_notes

    def examples(self, rows: int = 3) -> list[dict[str, Any]]:
        """The first few validation rows, as an example of the input."""
        found = self.raw.validation[:rows]
        return [{key: values[at] for key, values in found.items()} for at in range(min(rows, len(self.raw.validation)))]


@dataclass(frozen=True, eq=False)
class PreparedParts(PreparedData):
    """Several data sets, tokenized by the same tokenizers. The rows of the splits are those of `Splits` of parts.

    Attributes:
        parts: The data by the part's name, in the order of the part's numbers.
        temperature: Batches of a part are drawn in proportion to its rows to the power 1 / temperature.
    """

    parts: Mapping[str, PreparedData] = field(default_factory=dict)
    temperature: float = 1.0

    def examples(self, rows: int = 3) -> list[dict[str, Any]]:
        """The first few validation rows of each part, with its name as `task`."""
        return [{"task": name, **row} for name, part in self.parts.items() for row in part.examples(rows)]
