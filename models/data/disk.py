"""A folder written by `datasets.save_to_disk`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
from datasets import Dataset, load_from_disk

from models.data.named_splits import from_named
from models.data.splits import Source
from models.errors import InputError, Problem
from models.spec import DiskData

ONE_SPLIT = "train"  # What a folder that holds a single split without a name is called here.
_MARKS = ("dataset_dict.json", "state.json")


def load_disk(spec: DiskData) -> Source:
    """Read the splits of the folder; a folder of one split gives the training rows.

    Raises:
        InputError: There is no such folder, or it was not written by `save_to_disk`.
    """
    folder = folder_of(spec)
    try:
        loaded = load_from_disk(str(folder))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise InputError.one(
            "data.path", f"{folder} cannot be read: {error}", "write it again: save_to_disk"
        ) from error
    if not isinstance(loaded, Dataset):
        return from_named(spec, loaded, str(folder))
    problems = [
        Problem(f"data.{split}", f"{folder} holds a single split, so {given!r} is not in it", "give null")
        for split in ("validation", "test")
        if (given := getattr(spec, split)) is not None
    ]
    name = spec.train or ONE_SPLIT
    source = from_named(spec, {name: loaded}, str(folder))
    return Source(source.tables, problems or source.problems, source.notes)


def folder_of(spec: DiskData) -> Path:
    """The folder, checked.

    Raises:
        InputError: It is missing, or is not what `save_to_disk` writes.
    """
    folder = Path(spec.path).expanduser()
    hint = "write it with datasets.Dataset.save_to_disk or DatasetDict.save_to_disk"
    if not folder.exists():
        raise InputError.one("data.path", f"there is no folder {folder}", hint)
    if not folder.is_dir():
        raise InputError.one(
            "data.path", f"{folder} is a file, not a folder", f"{hint}; for files: data=csv|json|parquet"
        )
    if not any((folder / mark).is_file() for mark in _MARKS):
        inside = ", ".join(sorted(child.name for child in folder.iterdir())[:5]) or "nothing"
        raise InputError.one("data.path", f"{folder} was not written by save_to_disk; it holds {inside}", hint)
    return folder


def disk_key(spec: DiskData) -> str:
    """Cheap key of the folder: the content of its JSON files, and name, size and time of its Arrow files."""
    folder = folder_of(spec)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            digest.update(path.read_bytes())
        elif path.suffix == ".arrow":
            stat = path.stat()
            digest.update(f"{path.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()
