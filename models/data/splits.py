"""The two shapes that rows have on their way: a Table as it was read, and Splits as everything later uses them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from models.errors import Problem

SPLITS = ("train", "validation", "test")
MOST_ROWS = 5  # Rows named one by one in a message; the others are counted.


@dataclass(frozen=True, eq=False)
class Splits:
    """Normalized rows, in the columns of the task's format.

    Attributes:
        test: May have no rows, when `test_fraction` is 0 and no test set was given.
        about: What is known of the data as a whole, JSON-able: `labels`, `pair`, … as the task has them.
        source_notes: What was decided on the way, for people: columns found, rows cut, splits ignored.
        findings: What the checks of the rows found and did, JSON-able.
    """

    train: Dataset
    validation: Dataset
    test: Dataset
    about: Mapping[str, Any]
    source_notes: tuple[str, ...] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names; empty for tasks without classes."""
        return tuple(self.about.get("labels", ()))

    @property
    def pair(self) -> bool:
        """Whether a row has two texts."""
        return bool(self.about.get("pair", False))


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

    def select(self, rows: Sequence[int]) -> Table:
        """The table with these rows only; each keeps its line."""
        columns = {name: [values[at] for at in rows] for name, values in ((n, self.values(n)) for n in self.columns)}
        lines = None if self.lines is None else [self.lines[at] for at in rows]
        return dataclasses.replace(self, columns=columns, rows=len(rows), lines=lines)

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
