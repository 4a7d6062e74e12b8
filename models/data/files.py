"""Files, here or at a URL: find them, decode them, and hand each to the reader of its format."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ClassLabel, Features

from models.data.csv_rows import parse_csv
from models.data.json_rows import parse_json
from models.data.remote import UnreachableDataError, fetched
from models.data.splits import SPLITS, Source, Table
from models.errors import Problem
from models.remote import RemoteError, UnreachableError, is_url
from models.spec import FileData

Parsed = tuple[Table | None, list[Problem]]


def load_files(spec: FileData, cache_dir: Path | None) -> Source:
    """Read each file that `spec` names.

    Raises:
        UnreachableDataError: A file at a URL cannot be reached at the moment.
    """
    paths, problems = locate(spec, cache_dir)
    tables: dict[str, Table] = {}
    reader: Callable[[str, str, Path], Parsed] = _parquet if spec.source == "parquet" else _text(spec.source)
    for split, path in paths.items():
        table, found = reader(split, str(getattr(spec, split)), path)
        problems += found
        if table is not None:
            tables[split] = table
    return Source(tables, problems)


def locate(spec: FileData, cache_dir: Path | None) -> tuple[dict[str, Path], list[Problem]]:
    """Path of each file that is there, and a problem for each that is not.

    Args:
        spec: The files; one at a URL is fetched.
        cache_dir: Where it is kept then; None: as long as the process lives.

    Raises:
        UnreachableDataError: A file at a URL cannot be reached at the moment.
    """
    paths: dict[str, Path] = {}
    problems: list[Problem] = []
    unreachable = False
    if spec.train is None:
        problems.append(Problem("data.train", f"must be given: the {spec.source} file with the training rows"))
    for split in SPLITS:
        given = getattr(spec, split)
        if given is None:
            continue
        where, path = f"data.{split}", Path(given).expanduser()
        if is_url(given):
            try:
                paths[split] = fetched(given, cache_dir)
            except FileNotFoundError:
                problems.append(Problem(where, f"there is no file {given}"))
            except RemoteError as error:
                problems.append(Problem(where, str(error)))
                unreachable = unreachable or isinstance(error, UnreachableError)
        elif problem := _missing(where, path):
            problems.append(problem)
        else:
            paths[split] = path
    if unreachable:
        raise UnreachableDataError(problems)
    return paths, problems


def _missing(where: str, path: Path) -> Problem | None:
    if path.is_dir():
        inside = sorted(child.name for child in path.iterdir() if child.is_file())[:5]
        return Problem(where, f"{path} is a folder, not a file", f"files in it: {', '.join(inside) or 'none'}")
    if path.is_file():
        return None
    folder = path.absolute().parent
    if not folder.is_dir():
        while not folder.is_dir():
            folder = folder.parent
        return Problem(
            where, f"there is no file {path}", f"its folder is missing too; {folder} is the last that exists"
        )
    names = sorted(child.name for child in folder.iterdir() if child.is_file())
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5) or names[:5]
    return Problem(where, f"there is no file {path}", f"in {folder} there are: {', '.join(near) or 'no files'}")


def _text(source: str) -> Callable[[str, str, Path], Parsed]:
    parse = parse_csv if source == "csv" else parse_json

    def read(split: str, name: str, path: Path) -> Parsed:
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return None, [_undecodable(name, data, error)]
        if not text.strip():
            return None, [Problem(f"data.{split}", f"{name} is empty")]
        return parse(split, name, text)

    return read


def _undecodable(name: str, data: bytes, error: UnicodeDecodeError) -> Problem:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem(f"{name}:1", "is not UTF-8: it begins with the mark of UTF-16", "save the file as UTF-8")
    offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
    line = len(re.findall(rb"\r\n|\r|\n", data[:offset])) + 1
    return Problem(f"{name}:{line}", f"is not UTF-8: byte 0x{data[offset]:02x}", "save the file as UTF-8")


def _parquet(split: str, name: str, path: Path) -> Parsed:
    if path.stat().st_size == 0:
        return None, [Problem(f"data.{split}", f"{name} is empty")]
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        return None, [Problem(f"data.{split}", f"{name} cannot be read as Parquet: {str(error).splitlines()[0]}")]
    if table.num_rows == 0:
        return None, [Problem(f"data.{split}", f"{name} has no rows")]
    features = Features.from_arrow_schema(table.schema)
    class_names = {key: tuple(kind.names) for key, kind in features.items() if isinstance(kind, ClassLabel)}
    columns = {key: table.column(key).to_pylist() for key in table.column_names}
    return Table(split, name, columns, table.num_rows, class_names=class_names), []
