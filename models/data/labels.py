"""Labels: whatever a source calls them becomes an index into the class names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.data.splits import Table
from models.errors import Problem
from models.spec import DataSpec

UNLABELLED = -1  # What `datasets.ClassLabel` columns hold where nobody gave a label.
MOST_NAMES = 20


def label_keys(table: Table, column: str) -> tuple[list[str | None], list[Problem]]:
    """Each row's label as text (a class name, or the digits of a number); None: the source says "unlabelled".

    Args:
        table: The rows.
        column: Name of the label column: strings, whole numbers, booleans, or `datasets.ClassLabel`.

    Returns:
        The keys, and the rows whose label is null or is no class.
    """
    values = table.values(column)
    if names := table.class_names.get(column):
        null = [at for at, value in enumerate(values) if value is None]
        keys = [None if value is None or value == UNLABELLED else names[value] for value in values]
        return keys, table.row_problems(null, f"{column} is null", "a row needs its label")
    found = [_key(value) for value in values]
    null = [at for at, value in enumerate(values) if found[at] is None and _is_null(value)]
    strange = [at for at, value in enumerate(values) if found[at] is None and not _is_null(value)]
    problems = table.row_problems(null, f"{column} is null", "a row needs its label")
    if strange:
        rule = f"{column} must be a string, a whole number or a boolean, got {values[strange[0]]!r}"
        problems += table.row_problems(strange, rule, "text_classification needs one class a row")
    return found, problems


def is_unlabelled(table: Table, column: str) -> bool:
    """Whether every label is -1, as in the test sets that benchmarks keep secret."""
    return all(value == UNLABELLED for value in table.values(column))


def name_classes(
    spec: DataSpec, tables: Mapping[str, Table], keys: Mapping[str, Sequence[str | None]], column: str
) -> tuple[tuple[str, ...], dict[str, int], list[Problem]]:
    """Class names in order, and the index of each label key.

    The names are `spec.labels`, else those of the ClassLabel column, else the sorted distinct labels of the training
    rows (numbers by size). With `spec.labels`, whole numbers that are not among them are taken as indices into them.

    Returns:
        Names, index by key, and problems: a single class, labels that `spec.labels` misses, labels of the other
        splits that no training row has.
    """
    found = sort_keys({key for key in keys["train"] if key is not None})
    problems: list[Problem] = []
    train = tables["train"]
    unread = None in keys["train"] and column not in train.class_names  # Said already, row by row.
    if len(found) < 2 and not unread:
        has = f"only one class, {found[0]!r}" if found else "no labels (all -1)"
        message = f"{train.name} has {has}; at least 2 classes are needed"
        problems.append(Problem("data.label", message, f"read from column {column!r}"))
    for split, table in tables.items():
        strangers = [at for at, key in enumerate(keys[split]) if key is not None and key not in found]
        for key in sort_keys({str(keys[split][at]) for at in strangers}):
            rows = [at for at in strangers if keys[split][at] == key]
            message = f"label {key!r} is in no training row ({len(rows)} rows here have it)"
            problems.append(table.row_problem(rows[0], message, f"training labels: {_listed(found)}"))
    names = list(train.class_names.get(column) or found)
    if spec.labels is None:
        return tuple(names), {name: at for at, name in enumerate(names)}, problems
    given = [str(name) for name in spec.labels]
    if len(set(given)) < len(given):
        problems.append(Problem("data.labels", f"names a class twice: {', '.join(given)}"))
    missed = [key for key in found if key not in given]
    indices = {str(at): at for at in range(len(given))}
    if missed and all(key in indices for key in found):
        return tuple(given), indices, problems
    if missed:
        message = f"misses {_listed(missed)}, found in {train.name}"
        problems.append(Problem("data.labels", message, f"labels found: {_listed(found)}"))
    return tuple(given), {name: at for at, name in enumerate(given)}, problems


def sort_keys(keys: set[str]) -> list[str]:
    """Distinct label keys in order: by size when all are whole numbers, else as text."""
    if all(_is_integer(key) for key in keys):
        return sorted(keys, key=int)
    return sorted(keys)


def _key(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    return None


def _is_null(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _is_integer(key: str) -> bool:
    digits = key.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(key)) == key


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown}, … ({len(names)} in all)"
