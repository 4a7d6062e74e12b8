"""One process at a time writes to a trial's folder."""

from __future__ import annotations

import errno
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK, PATIENCE_S, POLL_S = ".lock", 60.0, 0.1


@contextmanager
def held(folder: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the folder for the time of the block.

    The process of an attempt before may still be on its way out, as when its driver was killed: it is waited for. The
    system frees the lock of a process that died.

    Raises:
        TimeoutError: Another process kept the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        end = time.monotonic() + patience_s
        while not _taken(file.fileno()):
            if time.monotonic() > end:
                raise TimeoutError(errno.ETIMEDOUT, "another process still trains this trial", str(folder))
            time.sleep(POLL_S)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
