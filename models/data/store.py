"""Datasets in content-addressed folders, safe against crashes and against processes that write the same one."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

MANIFEST = "manifest.json"
ROWS_AT_ONCE = 1000
ABANDONED_S = 24 * 3600.0


def once(folder: Path, build: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Make sure that `folder` is there and whole, building it if needed.

    It is built under another name beside it and then renamed, so that nobody sees it half-written. Of two processes
    that build the same folder, the one that comes second drops its own and takes the other's. A folder without a
    manifest, or whose files are not as long as the manifest says (a crash of the machine), is built anew.

    Args:
        folder: The final place; its name is a hash of all that its content depends on.
        build: Writes the files into the folder that it is given, and returns what to keep in the manifest.

    Returns:
        What `build` returned, now or in an earlier process, as JSON gives it back.
    """
    if (kept := _manifest(folder)) is not None:
        return kept
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder.parent)
    temporary = folder.parent / f".{folder.name}.{uuid.uuid4().hex}"
    temporary.mkdir()
    try:
        told = build(temporary)
        sizes = {path.name: path.stat().st_size for path in temporary.iterdir()}
        text = json.dumps({"files": sizes, "kept": told}, ensure_ascii=False, indent=1)
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
        return _publish(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_rows(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write an Arrow stream that `read_rows` maps into memory, and see it onto the disk."""
    with path.open("wb") as file:
        with pa.ipc.new_stream(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        file.flush()
        os.fsync(file.fileno())


def write_dataset(path: Path, dataset: Dataset) -> None:
    """Write a dataset that has no index mapping."""
    table = dataset.data.table
    schema = dataset.features.arrow_schema
    write_rows(path, schema, table.cast(schema).to_batches(max_chunksize=ROWS_AT_ONCE))


def read_rows(path: Path) -> Dataset:
    """The dataset of a file written by `write_rows`, memory-mapped."""
    return Dataset.from_file(str(path))


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, size in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(manifest["kept"]) if whole else None


def _publish(temporary: Path, folder: Path) -> dict[str, Any]:
    for _ in range(3):
        try:
            temporary.rename(folder)
        except OSError:
            if (kept := _manifest(folder)) is not None:
                return kept  # Another process was first.
            broken = folder.parent / f".{folder.name}.{uuid.uuid4().hex}"
            folder.rename(broken)
            shutil.rmtree(broken, ignore_errors=True)
        else:
            break
    kept = _manifest(folder)
    if kept is None:
        raise OSError(f"cannot write the data cache at {folder}")
    return kept


def _remove_abandoned(parent: Path) -> None:
    """Remove what crashed processes left behind, once nobody can still be writing it."""
    for path in parent.glob(".*.*"):
        try:
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(path, ignore_errors=True)
        except FileNotFoundError:
            continue
