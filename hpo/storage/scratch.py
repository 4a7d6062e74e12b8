"""A process's own folder on the disk of its node, gone when the process is."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import uuid
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

LOCK = ".lock"
FOLDER = "scratch"  # In the output folder, which each node may have as its own.


@dataclass(frozen=True)
class Scratch:
    """The folder, and the lock by which others know that its process is alive."""

    folder: Path
    lock: TextIOWrapper


def scratch_root(output_dir: Path, sweep: str) -> Path:
    """Where the processes of a sweep's trials have their folders."""
    return output_dir / FOLDER / sweep


def scratch(root: Path) -> Path:
    """This process's folder under the root; what dead processes left there is removed first."""
    return _scratch(root).folder


@functools.cache
def _scratch(root: Path) -> Scratch:
    root.mkdir(parents=True, exist_ok=True)
    for other in root.iterdir():
        _remove_if_dead(other)
    folder = root / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    new = folder.with_name(f".{folder.name}")  # Nobody may find it without its lock.
    new.mkdir()
    lock = (new / LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    new.rename(folder)
    return Scratch(folder, lock)


def _remove_if_dead(folder: Path) -> None:
    """The system frees the lock of a process that died."""
    try:
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except (FileNotFoundError, NotADirectoryError, BlockingIOError):
        return  # Being made, none of ours, or alive.
