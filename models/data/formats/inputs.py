"""From what a person gives to predict to rows without answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.data.formats.base import Row
from models.errors import InputError, Problem


def text_rows(inputs: Sequence[Any]) -> list[Row]:
    """Rows `text`, or `text` and `text_pair`: from a text, a sequence of two texts, or a mapping.

    Raises:
        InputError: An input is none of these.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    for index, given in enumerate(inputs):
        row = _row(given)
        rows.append(row)
        if not all(isinstance(value, str) for value in row.values()) or "text" not in row:
            rule = "must be a text, a pair of texts, or have the keys text and maybe text_pair"
            problems.append(Problem(f"inputs[{index}]", f"{rule}; got {given!r}"))
    if problems:
        raise InputError(problems)
    return rows


def keyed_rows(inputs: Sequence[Any], keys: Sequence[str]) -> list[Row]:
    """Rows with exactly these keys, from mappings.

    Raises:
        InputError: An input is no mapping, or a key of it is not there or no text.
    """
    problems = [
        Problem(f"inputs[{index}]", f"must have the keys {', '.join(keys)}, texts; got {given!r}")
        for index, given in enumerate(inputs)
        if not isinstance(given, Mapping) or not all(isinstance(given.get(key), str) for key in keys)
    ]
    if problems:
        raise InputError(problems)
    return [{key: given[key] for key in keys} for given in inputs]


def _row(given: Any) -> Row:
    if isinstance(given, Mapping):
        return {key: given[key] for key in ("text", "text_pair") if given.get(key) is not None}
    if isinstance(given, (list, tuple)) and len(given) == 2:
        return {"text": given[0], "text_pair": given[1]}
    return {"text": given}
