"""SHA-256 of weight files, computed once a process for each state of a file."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from models.errors import InputError


def verify(file: Path, sha256: str, where: str) -> None:
    """Refuse a file whose content is not the expected one.

    Args:
        file: The file; symbolic links (the hub cache's) are followed.
        sha256: Expected digest, hexadecimal.
        where: Dotted config path that is named in the error.

    Raises:
        InputError: The digest differs.
    """
    stat = file.stat()
    found = _digest(file.resolve(), stat.st_size, stat.st_mtime_ns)
    if found != sha256.lower():
        raise InputError.one(
            where, f"SHA-256 of {file} must be {sha256}, got {found}", "refused: not the known weights"
        )


@lru_cache(maxsize=64)
def _digest(file: Path, size: int, mtime_ns: int) -> str:
    """Digest of the file in the state that `size` (bytes) and `mtime_ns` name; these are part of the memo's key."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
