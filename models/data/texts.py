"""Check the texts of a table: each must be a string that says something."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.data.splits import Table
from models.errors import Problem
from models.spec import DataSpec

_SURROGATE = re.compile("[\ud800-\udfff]")


def check_texts(table: Table, column: str, role: str) -> tuple[list[str], list[Problem]]:
    """The texts of a column, unchanged, and what is wrong with them.

    Args:
        table: The rows.
        column: Name of the column.
        role: `text` or `text_pair`: the config key that names this column.
    """
    values = table.values(column)
    if _all_numbers(values):
        message = f"column {column!r} of {table.name} holds numbers, not text"
        others = ", ".join(name for name in table.columns if name != column)
        return [], [Problem(f"data.{role}", message, f"other columns: {others}")]
    null = [at for at, value in enumerate(values) if value is None or value != value]
    strange = [at for at, value in enumerate(values) if value is not None and value == value and type(value) is not str]
    empty = [at for at, value in enumerate(values) if isinstance(value, str) and not value.strip()]
    broken = [at for at, value in enumerate(values) if isinstance(value, str) and _SURROGATE.search(value)]
    problems = [
        *table.row_problems(null, f"{column} is null", "a row needs its text"),
        *table.row_problems(empty, f"{column} is empty", "a row needs its text"),
        *table.row_problems(strange, f"{column} is not a string"),
        *table.row_problems(broken, f"{column} holds half of a surrogate pair, which is no character"),
    ]
    return values, problems


def without_empty(
    spec: DataSpec, tables: Mapping[str, Table], columns: Sequence[str], notes: list[str]
) -> dict[str, Table]:
    """With `data.empty=drop`, the tables without the rows that have nothing in one of these columns."""
    if spec.empty != "drop":
        return dict(tables)
    kept: dict[str, Table] = {}
    for split, table in tables.items():
        texts = [table.values(column) for column in columns]
        rows = [at for at in range(table.rows) if not any(_is_empty(values[at]) for values in texts)]
        kept[split] = table if len(rows) == table.rows else table.select(rows)
        if len(rows) < table.rows:
            notes.append(f"{split}: {table.rows - len(rows)} rows without text were left out")
    return kept


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value != value or value == []


def _all_numbers(values: list[Any]) -> bool:
    seen = False
    for value in values:
        if value is None or value == "":
            continue
        if not _is_number(value):
            return False
        seen = True
    return seen


def _is_number(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, (int, float))
    try:
        float(value)
    except ValueError:
        return False
    return True
