"""A file of rows to predict, one JSON value a line, read piece by piece; and the answers, a whole file or none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from hpo.errors import InputError, Problem

CHUNK = 2048  # Rows in memory at once.
ANSWER = "prediction"
SHOWN = 10  # Problems that are told.


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        number: From 1 on.
        row: The object; of a text alone, `{"text": …}`.
    """

    number: int
    row: dict[str, Any]


def check_file(path: Path, check: Callable[[Sequence[Any]], object]) -> int:
    """Read all lines and check each, before anything is computed.

    Args:
        path: The file.
        check: Raises InputError for rows that are wrong.

    Returns:
        How many rows there are.

    Raises:
        InputError: The file cannot be read, is empty, or a line is wrong: each with `file:line`.
    """
    if not path.is_file():
        raise InputError.one("--file", f"no such file: {path}")
    problems: list[Problem] = []
    rows = 0
    for lines in chunks(path, problems):
        rows += len(lines)
        try:
            check([line.row for line in lines])
        except InputError:
            problems += _each(path, lines, check)
        if len(problems) > SHOWN:
            break
    if problems:
        in_order = sorted(problems, key=lambda problem: int(problem.where.rpartition(":")[2]))
        raise InputError(in_order[:SHOWN])
    if not rows:
        raise InputError.one(str(path), "holds no rows", "each line is a JSON object with the row's keys, or a text")
    return rows


def chunks(path: Path, problems: list[Problem] | None = None) -> Iterator[list[Line]]:
    """The rows, some at a time; blank lines are passed over.

    Args:
        path: The file.
        problems: Takes what is wrong with lines, which are then left out; None: lines are known to be right.
    """
    with path.open("rb") as file:
        lines = _lines(path, file, [] if problems is None else problems)
        while chunk := list(islice(lines, CHUNK)):
            yield chunk


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file to write that takes its place only when all went well.

    Raises:
        InputError: There is one already and `force` is not given, or its folder cannot be written to.
    """
    new = path.with_name(f".{path.name}.new-{os.getpid()}")
    check_target(path, force=force)
    try:
        file = new.open("wb")
    except OSError as error:
        raise InputError.one("--out", f"cannot write to {path.parent}: {os.strerror(error.errno or 0)}") from error
    try:
        with file:
            yield file
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def check_target(path: Path, *, force: bool) -> None:
    """Refuse to write over what is there.

    Raises:
        InputError: There is something that may not be replaced.
    """
    if path.is_dir():
        raise InputError.one("--out", f"must be a file, got the folder {path}")
    if path.exists() and not force:
        raise InputError.one("--out", f"{path} is there already", "name another, or replace it with --force")


def answered(row: dict[str, Any], prediction: dict[str, Any]) -> bytes:
    """The row with its answer as a JSON line in UTF-8; every character as it was."""
    return (json.dumps({**row, ANSWER: prediction}, ensure_ascii=False) + "\n").encode()


def _each(path: Path, lines: Sequence[Line], check: Callable[[Sequence[Any]], object]) -> list[Problem]:
    """What is wrong with each line by itself; a check of many may stop at the first kind of mistake."""
    found = []
    for line in lines:
        try:
            check([line.row])
        except InputError as error:
            found += [replace(problem, where=f"{path}:{line.number}") for problem in error.problems]
    return found


def _lines(path: Path, file: BinaryIO, problems: list[Problem]) -> Iterator[Line]:
    for number, raw in enumerate(file, start=1):
        if not raw.strip():
            continue
        row = _row(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
        if isinstance(row, dict):
            yield Line(number, row)
            continue
        problems.append(Problem(f"{path}:{number}", row, "a line is a JSON object with the row's keys, or a text"))
        if len(problems) > SHOWN:
            return


def _row(raw: bytes) -> dict[str, Any] | str:
    """The row, or what is wrong with the line."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # Half of a surrogate pair is no character.
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        return f"must be UTF-8, got {error.object[error.start : error.end]!r} at {error.start}"
    except (ValueError, RecursionError) as error:
        return f"must be JSON: {error}; got {_short(text)}"
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, dict):
        return f"must be a JSON object or a text, got {_short(text)}"
    if ANSWER in value:
        return f"has the key {ANSWER} already, under which the answer is written"
    return value


def _short(text: str) -> str:
    line = text.strip()
    return line if len(line) <= 80 else f"{line[:77]}..."
