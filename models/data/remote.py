"""Files of rows that are named by a URL: copied into the cache, once a node for each version of the file."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import json
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from models.data.store import once
from models.errors import InputError, Problem
from models.remote import Patience, RemoteError, opened, patiently

FOLDER = "files"
PATIENCE_S = 10.0  # A person waits for it; a trial that meets a longer outage is tried again as a whole.
# What tells one version of a file from another, as the stores call it: its content, or else the time.
SUMS = ("ETag", "etag", "md5", "md5Hash", "content_md5", "Content-MD5", "Digest", "crc32c", "generation")
TIMES = ("LastModified", "Last-Modified", "last_modified", "mtime", "modified", "updated")


class UnreachableDataError(InputError, ConnectionError):
    """Files of rows cannot be reached at the moment. Carries the problem of each."""

    def __reduce__(self) -> tuple[type[UnreachableDataError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def fetched(url: str, cache_dir: Path | None) -> Path:
    """The copy of a file in the cache; fetched where this version of it is not there.

    A file whose store tells neither a check sum nor a time is fetched each time.

    Args:
        url: As fsspec takes it: `s3://bucket/rows.csv`, `https://host/rows.csv`.
        cache_dir: Folder of the cache; None: one of this process's own.

    Raises:
        RemoteError: It cannot be fetched; an `UnreachableError` where it may be later.
        FileNotFoundError: There is no such file.
    """
    files = (cache_dir or _own_folder()) / FOLDER
    files.mkdir(parents=True, exist_ok=True)
    file_system, path = opened(url)
    patience = Patience.of(PATIENCE_S)
    info = patiently(lambda: file_system.info(path), f"look up {url}", patience)
    if info.get("type") == "directory":
        raise RemoteError(f"{url} is a folder, not a file")
    name = posixpath.basename(urlsplit(url).path.rstrip("/")) or "rows"

    def fetch(folder: Path) -> dict[str, Any]:
        patiently(lambda: file_system.get_file(path, str(folder / name)), f"read {url}", patience)
        return {"url": url}

    version = _version(info)
    if version is None:
        return _by_content(files, name, fetch)
    folder = files / _hash(url, version)
    with _one_at_a_time(folder):
        once(folder, fetch)
    return folder / name


def _version(info: Mapping[str, Any]) -> list[str] | None:
    for keys in (SUMS, TIMES):
        if found := [f"{key} {info[key]}" for key in keys if info.get(key)]:
            return [*found, f"size {info.get('size')}"]
    return None


def _by_content(files: Path, name: str, fetch: Any) -> Path:
    """Fetch the file, and keep it under what it holds."""
    with tempfile.TemporaryDirectory(dir=files, prefix=".") as new:
        fetch(Path(new))
        with (Path(new) / name).open("rb") as file:
            folder = files / _hash(name, hashlib.file_digest(file, "sha256").hexdigest())

        def take(target: Path) -> dict[str, Any]:
            shutil.copyfile(Path(new) / name, target / name)
            return {}

        once(folder, take)
    return folder / name


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Of the processes of a node that need the same file, one fetches it and the others wait."""
    with folder.with_name(f".{folder.name}.lock").open("w") as file:
        with contextlib.suppress(OSError):  # A file system without locks: then each fetches it.
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@functools.cache
def _keeper() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="rows-")  # It is removed when the process ends.


def _own_folder() -> Path:
    return Path(_keeper().name)
