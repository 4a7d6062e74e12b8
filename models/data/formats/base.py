"""The seam between kinds of rows and the reading of data: what a row of a task is, and how it becomes tokens.

A normalized row is a plain dict; its keys are those of `Format.features`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from datasets import Features

from models.data.splits import Table
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

NO_LIMIT = 1_000_000  # Tokens: longer than any text.

Row = dict[str, Any]
Parts = dict[str, list[Row]]


@dataclass(frozen=True)
class Normalized:
    """The rows of all splits that a source has.

    Attributes:
        parts: Rows by split.
        about: What is known of the data as a whole, JSON-able: `labels` and `pair` where the task has them.
        problems: Everything that is wrong; then `parts` may be empty.
        notes: What was decided on the way, for people.
    """

    parts: Parts
    about: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Format(ABC):
    """A kind of rows. Several tasks may share one."""

    text_keys: ClassVar[tuple[str, ...]]
    """Keys that hold text (or a list of words); those that a row lacks are passed over."""
    free_keys: ClassVar[tuple[str, ...]]
    """Those of them whose characters nothing counts, so that they may be normalized."""
    label_key: ClassVar[str | None]
    """Key of the answer; None where there is none."""

    @abstractmethod
    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Find the columns, check every row, and give the rows in one shape."""

    @abstractmethod
    def features(self, about: Mapping[str, Any]) -> Features:
        """Types of a normalized row's keys."""

    def stratum(self, row: Row) -> int:
        """Rows of one stratum are divided in proportion when splits are cut; by default all are of one."""
        return 0

    @abstractmethod
    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Types of the columns that `encode` gives. `input_ids` is always one of them."""

    @abstractmethod
    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """Tokenize some rows, given as columns. The result may have more or fewer rows.

        Args:
            rows: Columns of normalized rows; without the answers when something is to be predicted.
            first: Index of the first of them among all rows of the split.
            tokenizers: Those of the model.
            spec: `max_length` and its like.
            about: What is known of the data as a whole.
        """

    cuttable: ClassVar[bool] = True
    """Whether an input with more tokens than `max_length` loses some; others are divided into pieces."""

    def lengths(
        self, rows: Mapping[str, Sequence[Any]], tokenizers: Tokenizers, spec: DataSpec, about: Mapping[str, Any]
    ) -> list[int]:
        """Tokens of each input before it is cut; empty for formats that cut nothing."""
        if not self.cuttable:
            return []
        uncut = replace(spec, max_length=NO_LIMIT, max_target_length=NO_LIMIT)
        return [len(ids) for ids in self.encode(rows, 0, tokenizers, uncut, about)["input_ids"]]

    def texts(self, rows: Mapping[str, Sequence[Any]]) -> list[str]:
        """The inputs' texts of some rows, given as columns: what a vocabulary is learned from."""
        found: list[str] = []
        for key in self.text_keys:
            for value in rows.get(key, ()):
                found.append(value if isinstance(value, str) else " ".join(value))
        return found

    def target_texts(self, rows: Mapping[str, Sequence[Any]]) -> list[str]:
        """The texts to generate; empty for tasks that generate none."""
        return []

    @abstractmethod
    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """Rows without answers from what a person gives to predict.

        Args:
            inputs: A text each, or a mapping with the row's keys.

        Raises:
            InputError: Not every input has the keys.
        """


def columns_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Rows turned into columns."""
    return {key: [row[key] for row in rows] for key in (rows[0] if rows else ())}
