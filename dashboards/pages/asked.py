"""Which part of a table is wanted: as the address says it, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

ROWS = 25  # On one page.
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What of a table is wanted.

    Attributes:
        usual: The column by which it is sorted when none is named.
        state: Rows in this state only; empty: in any.
        search: Only rows of which this text is part.
        sort: A column.
        down: Whether the largest come first.
        page: From 1.
    """

    usual: str
    state: str = ""
    search: str = ""
    sort: str = ""
    down: bool = True
    page: int = 1

    @property
    def column(self) -> str:
        """The column by which it is sorted."""
        return self.sort or self.usual

    def query(self, **changes: Any) -> str:
        """This, with changes, as the query of an address; only what is not the default."""
        wanted = replace(self, **changes)
        given = {
            "state": wanted.state,
            "q": wanted.search,
            "sort": wanted.sort if wanted.sort != self.usual else "",
            "dir": "" if wanted.down else "up",
            "page": wanted.page if wanted.page > 1 else "",
        }
        return "?" + urlencode({key: value for key, value in given.items() if value})

    def sorted_by(self, column: str) -> str:
        """The query that sorts by a column; by the same again, the other way round."""
        return self.query(sort=column, down=not self.down if column == self.column else True, page=1)

    def direction(self, column: str) -> str:
        """For `aria-sort`."""
        if column != self.column:
            return "none"
        return "descending" if self.down else "ascending"


@dataclass(frozen=True)
class Part(Generic[T]):
    """The rows of one page.

    Attributes:
        rows: They.
        found: How many rows there are on all pages.
        pages: How many pages there are.
        asked: What was wanted, with a page that exists.
    """

    rows: tuple[T, ...]
    found: int
    pages: int
    asked: Asked

    @property
    def first(self) -> int:
        """Place of its first row among all that were found, from 1."""
        return (self.asked.page - 1) * ROWS + 1

    @property
    def last(self) -> int:
        """Place of its last row."""
        return self.first + len(self.rows) - 1


def part_of(rows: Sequence[T], asked: Asked, keys: Mapping[str, Callable[[T], Any]]) -> Part[T]:
    """Sort, and take a page. Rows without a value come last, whichever way it is sorted.

    Args:
        rows: What was found, in the order that equals keep.
        asked: What is wanted; a column that is none counts as the usual one.
        keys: What each column is sorted by.
    """
    key = keys.get(asked.column, keys[asked.usual])
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    ordered = [*sorted(known, key=key, reverse=asked.down), *unknown]
    pages = max(1, math.ceil(len(ordered) / ROWS))
    page = min(max(1, asked.page), pages)
    return Part(tuple(ordered[(page - 1) * ROWS : page * ROWS]), len(ordered), pages, replace(asked, page=page))
