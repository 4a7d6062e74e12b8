"""JSON lines or a JSON array, with the line on which every row begins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from models.data.splits import MOST_ROWS, Table, count_problem
from models.errors import Problem

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")

Row = tuple[int, Any]  # Line, value.


def parse_json(split: str, name: str, text: str) -> tuple[Table | None, list[Problem]]:
    """Rows of a JSON text: one array of objects, or one object a line. Blank lines are skipped.

    Args:
        split: `train`, `validation` or `test`.
        name: The file, for messages.
        text: The decoded file.

    Returns:
        The table, or None when nothing can be made of the file; and the rows that cannot be read. A key that a row
        does not have is None in it.
    """
    problems: list[Problem] = []
    is_array = text.lstrip().startswith("[")
    rows = list(_array(name, text, problems) if is_array else _lines(name, text, problems))
    strangers = [line for line, row in rows if not isinstance(row, dict)]
    hint = 'a row looks like {"text": "...", "label": "..."}'
    problems += [Problem(f"{name}:{line}", "is not a JSON object", hint) for line in strangers[:MOST_ROWS]]
    if len(strangers) > MOST_ROWS:
        problems.append(count_problem(name, "is not a JSON object", len(strangers)))
    objects = [(line, row) for line, row in rows if isinstance(row, dict)]
    if not objects:
        return None, problems or [Problem(f"data.{split}", f"{name} has no rows")]
    keys = dict.fromkeys(key for _, row in objects for key in row)
    columns = {key: [row.get(key) for _, row in objects] for key in keys}
    return Table(split, name, columns, len(objects), [line for line, _ in objects]), problems


def _lines(name: str, text: str, problems: list[Problem]) -> Iterator[Row]:
    bad = 0
    # Not splitlines: a JSON string may hold U+2028 and its like as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError as error:
            bad += 1
            if bad <= MOST_ROWS:
                hint = "one object a line, or one array of objects"
                problems.append(Problem(f"{name}:{number}", f"is not valid JSON: {_reason(error)}", hint))
    if bad > MOST_ROWS:
        problems.append(count_problem(name, "is not valid JSON", bad))


def _array(name: str, text: str, problems: list[Problem]) -> Iterator[Row]:
    at = _skip(text, text.index("[") + 1)
    counted, line = 0, 1
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except ValueError as error:
            found = error.lineno if isinstance(error, json.JSONDecodeError) else line
            problems.append(Problem(f"{name}:{found}", f"is not valid JSON: {_reason(error)}"))
            return
        yield line, value
        end = at
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            found = text.count("\n", 0, end) + 1
            rule = "the array has no closing ]" if at == len(text) else "a comma or ] must follow a row"
            problems.append(Problem(f"{name}:{found}", f"is not valid JSON: {rule}"))
            return
    if (rest := _skip(text, at + 1)) < len(text):
        found = text.count("\n", 0, rest) + 1
        problems.append(Problem(f"{name}:{found}", "is not valid JSON: something follows the array"))


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, column {error.colno}"
    return str(error)
