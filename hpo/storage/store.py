"""Folders in an object store, or in a folder: written whole, known to be whole, read whole."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from models.manifest import MANIFEST, damage, write_manifest
from models.remote import Patience, RemoteError, opened, patiently, protocol_of, reason_of

PATIENCE_S = 600.0  # A store or a network that is repaired is back by then.
# They have keys, not folders; to make a folder would mean to make a missing bucket.
WITHOUT_FOLDERS = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "ocilake", "oss")

Result = TypeVar("Result")


class DamagedError(RemoteError):
    """A folder in the store is not what was written."""


class Store:
    """Folders under one URL.

    A folder is whole when its manifest is there, which is written last and removed first.

    Args:
        url: As fsspec takes it, or a path.
        patience: How long to try again what cannot be reached.

    Raises:
        RemoteError: The URL is none that fsspec knows, or the package for it is not installed. All methods raise it
            where the store refuses, and `UnreachableError` where it was away too long.
    """

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        self.url = url.rstrip("/")
        self._fs, root = opened(self.url)
        self._root = root.rstrip("/")
        self._patience = patience or Patience.of(PATIENCE_S)

    def put(self, folder: Path, name: str) -> None:
        """Write a folder from this machine's disk; it gets a manifest where it has none."""
        if not (folder / MANIFEST).is_file():
            write_manifest(folder, sync=False)
        names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
        names.remove(MANIFEST)
        there = [self._path(name, file) for file in names]
        what = f"write {self._url(name)}"
        try:
            self._make_folders(what, [*there, self._path(name, MANIFEST)])
            self._do(what, lambda: self._fs.put([str(folder / file) for file in names], there))
            self._do(what, lambda: self._fs.put_file(str(folder / MANIFEST), self._path(name, MANIFEST)))
        except FileNotFoundError as error:  # So a bucket is called that is not there.
            raise RemoteError(f"cannot {what}: {reason_of(error)}") from error

    def fetch(self, name: str, folder: Path) -> None:
        """Read a folder onto this machine's disk, where it takes the place of one of the same name.

        Raises:
            FileNotFoundError: There is no such whole folder.
            DamagedError: It is not what was written.
        """
        what = f"read {self._url(name)}"
        new = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
        try:
            files = self._files_of(name)
            here = [new / file for file in [*files, MANIFEST]]
            for path in here:
                path.parent.mkdir(parents=True, exist_ok=True)
            there = [self._path(name, file) for file in [*files, MANIFEST]]
            self._do(what, lambda: self._fs.get(there, [str(path) for path in here]))
            if broken := damage(new):
                raise DamagedError(f"{self._url(name)}: {broken}")
            shutil.rmtree(folder, ignore_errors=True)
            new.rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def files(self, under: str = "") -> list[str]:
        """Names of all files under a folder, as paths from the URL; none where there is no such folder."""
        self._fs.invalidate_cache()  # fsspec remembers listings; others write too.
        with contextlib.suppress(FileNotFoundError):
            found = self._do(f"list {self._url(under)}", lambda: self._fs.find(self._path(under)))
            return sorted(str(path).removeprefix(self._root).lstrip("/") for path in found)
        return []

    def remove(self, name: str) -> None:
        """Remove a folder with all below it, if it is there."""
        what = f"remove {self._url(name)}"
        self._fs.invalidate_cache()
        with contextlib.suppress(FileNotFoundError):
            self._do(what, lambda: self._fs.rm_file(self._path(name, MANIFEST)))
        with contextlib.suppress(FileNotFoundError):
            self._do(what, lambda: self._fs.rm(self._path(name), recursive=True))

    def copy(self, name: str, to: str) -> None:
        """Copy a whole folder within the store.

        Raises:
            FileNotFoundError: There is no such whole folder.
        """
        names, what = self._files_of(name), f"copy {self._url(name)}"
        before, after = ([self._path(folder, file) for file in names] for folder in (name, to))
        self._make_folders(what, [*after, self._path(to, MANIFEST)])
        self._do(what, lambda: self._fs.copy(before, after))
        self._do(what, lambda: self._fs.cp_file(self._path(name, MANIFEST), self._path(to, MANIFEST)))

    def _files_of(self, name: str) -> list[str]:
        """The files that the manifest names."""
        text = self._do(f"read {self._url(name)}", lambda: self._fs.cat_file(self._path(name, MANIFEST)))
        try:
            return list(json.loads(text)["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{self._url(name)}: {MANIFEST} cannot be read") from error

    def _make_folders(self, what: str, paths: Iterable[str]) -> None:
        if protocol_of(self.url) not in WITHOUT_FOLDERS:
            for folder in sorted({path.rpartition("/")[0] for path in paths}):
                self._do(what, functools.partial(self._fs.makedirs, folder, exist_ok=True))

    def _do(self, what: str, call: Callable[[], Result]) -> Result:
        return patiently(call, what, self._patience)

    def _path(self, *names: str) -> str:
        return "/".join(filter(None, (self._root, *names)))

    def _url(self, name: str) -> str:
        return f"{self.url}/{name}".rstrip("/")
