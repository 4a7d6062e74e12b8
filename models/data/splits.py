"""The two shapes that rows have on their way: a Table as it was read, and Splits as everything later uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from models.errors import Problem

SPLITS = ("train", "validation", "test")
MOST_ROWS = 5  # Rows named one by one in a message; the others are counted.


@dataclass(frozen=True, eq=False)
class Splits:
    """Normalized rows: columns `text: str`, `text_pair: str` (only when `pair`), `label: int` (index into `labels`).

    Attributes:
        test: May have no rows, when `test_fraction` is 0 and no test set was given.
        labels: Class names; a row's label is an index into them.
        pair: Whether a row has two texts.
        source_notes: What was decided on the way, for people: columns found, rows cut, splits ignored.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
    labels: tuple[str, ...]
    pair: bool
    source_notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one split as its source has them, and where each of them can be found again.

    Attributes:
        split: `train`, `validation` or `test`.
        name: What messages call it: the file as it was given, or the split of the dataset.
        columns: All columns, in order; each is `rows` long.
        lines: Line of each row in the file, header included, from 1; None where the source has no lines.
        class_names: Class names of the columns that are `datasets.ClassLabel`.
    """

    split: str
    name: str
    columns: Mapping[str, Sequence[Any]]
    rows: int
    lines: Sequence[int] | None = None
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """Dotted config path of what this table was read from."""
        return f"data.{self.split}"

    def values(self, column: str) -> list[Any]:
        """One column, as Python values."""
        return list(self.columns[column][:])

    def row_problem(self, row: int, message: str, hint: str = "") -> Problem:
        """A problem of one row (index from 0): at `file:line`, or at the config path with the row's number from 1."""
        if self.lines is not None:
            return Problem(f"{self.name}:{self.lines[row]}", message, hint)
        return Problem(self.where, f"row {row + 1} of {self.name}: {message}", hint)

    def row_problems(self, rows: Sequence[int], message: str, hint: str = "") -> list[Problem]:
        """The same problem in several rows: the first few one by one, then how many there are."""
        found = [self.row_problem(row, message, hint) for row in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            found.append(count_problem(self.name if self.lines is not None else self.where, message, len(rows)))
        return found


def count_problem(where: str, message: str, rows: int) -> Problem:
    """What stands after the first few rows of one problem: how many rows have it."""
    return Problem(where, f"{message}: {rows} rows in all", f"the first {MOST_ROWS} are listed")


@dataclass(frozen=True, eq=False)
class Source:
    """What a source gave: the tables that could be read, and the problems of those that could not."""

    tables: Mapping[str, Table]
    problems: Sequence[Problem] = ()
    notes: Sequence[str] = ()
