"""CSV with the line number of every row, as an editor counts lines: the header is line 1, a quoted newline counts."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from models.data.splits import MOST_ROWS, Table, count_problem
from models.errors import Problem

DELIMITERS = ",\t;"


def parse_csv(split: str, name: str, text: str) -> tuple[Table | None, list[Problem]]:
    """Rows of a CSV text whose first row is the header.

    The delimiter is the comma, tab or semicolon that is most frequent in the first line. Blank lines are skipped.

    Args:
        split: `train`, `validation` or `test`.
        name: The file, for messages.
        text: The decoded file, line ends untouched.

    Returns:
        The table, or None when nothing can be made of the file; and the rows that cannot be read.
    """
    first = text.lstrip("\r\n").splitlines()[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    with _no_field_limit():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        try:
            for row in reader:
                if row:
                    rows.append(row)
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            hint = 'a quote inside a quoted field is written twice: "like ""this"""'
            problems.append(Problem(f"{name}:{line}", f"is not valid CSV: {error}", hint))
    if not rows:
        return None, problems
    header, header_line = rows.pop(0), lines.pop(0)
    if twice := sorted({column for column in header if header.count(column) > 1}):
        return None, [Problem(f"{name}:{header_line}", f"names a column twice: {', '.join(twice)}"), *problems]
    if not rows and not problems:
        return None, [Problem(f"data.{split}", f"{name} has a header and no rows")]
    problems += _uneven(name, header, rows, lines)
    if problems:
        kept = [at for at, row in enumerate(rows) if len(row) == len(header)]
        rows, lines = [rows[at] for at in kept], [lines[at] for at in kept]
    if not rows:
        return None, problems
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    return Table(split, name, columns, len(rows), lines), problems


def _uneven(name: str, header: list[str], rows: list[list[str]], lines: list[int]) -> list[Problem]:
    bad = [at for at, row in enumerate(rows) if len(row) != len(header)]
    hint = "quote a field that holds the delimiter or a newline"
    problems = [
        Problem(f"{name}:{lines[at]}", f"has {len(rows[at])} fields, the header has {len(header)}", hint)
        for at in bad[:MOST_ROWS]
    ]
    if len(bad) > MOST_ROWS:
        problems.append(count_problem(name, f"the number of fields is not the header's {len(header)}", len(bad)))
    return problems


@contextmanager
def _no_field_limit() -> Iterator[None]:
    """The csv module refuses fields above 128 KiB by a setting of the whole process; lift it, and put it back."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
