"""Fingerprints: of the rows themselves, and a cheap one of the source they come from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from models.data.disk import disk_key
from models.data.docstrings import docstrings_key
from models.data.files import locate
from models.data.hub import hub_key
from models.data.splits import SPLITS, Splits
from models.errors import InputError
from models.spec import DataSpec, DiskData, DocstringsData, FileData, HubData

ROWS_AT_ONCE = 1000


def fingerprint(splits: Splits) -> str:
    """SHA-256 (hex) of the normalized rows of all splits, in order, and of what is known of them as a whole."""
    more = {name: value for name, value in splits.about.items() if name not in ("labels", "pair")}
    digest = hashlib.sha256(json.dumps([splits.labels, splits.pair, *([more] if more else [])]).encode())
    for name in SPLITS:
        rows = getattr(splits, name)
        digest.update(f"{name} {rows.num_rows}".encode())
        for start in range(0, rows.num_rows, ROWS_AT_ONCE):
            batch = rows[start : start + ROWS_AT_ONCE]
            digest.update(json.dumps([batch[column] for column in sorted(batch)]).encode())
    return digest.hexdigest()


def source_key(spec: DataSpec, cache_dir: Path | None = None) -> str:
    """A key of what a source holds now, much cheaper than reading it.

    Files: their content's SHA-256. Docstrings: installed versions. Hub: id, subset and commit. Disk: the folder's
    JSON files, and name, size and time of its Arrow files.

    Args:
        spec: The source.
        cache_dir: Where files at a URL are kept; None: as long as the process lives.

    Raises:
        InputError: The source is not there.
    """
    if isinstance(spec, FileData):
        paths, problems = locate(spec, cache_dir)
        if problems:
            raise InputError(problems)
        hashes = {}
        for split, path in paths.items():
            with path.open("rb") as file:
                hashes[split] = hashlib.file_digest(file, "sha256").hexdigest()
        return json.dumps(hashes)
    if isinstance(spec, DocstringsData):
        return docstrings_key(spec)
    if isinstance(spec, HubData):
        return hub_key(spec)
    if isinstance(spec, DiskData):
        return disk_key(spec)
    return spec.source
