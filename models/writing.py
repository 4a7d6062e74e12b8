"""What the operating system says when a file cannot be written, whoever writes it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

PROBE_BYTES = 2**20


@contextmanager
def system_errors(folder: Path) -> Iterator[None]:
    """Within it, a library's own error about a file in this folder comes out as the system's.

    Raises:
        OSError: The disk is full or not writable; safetensors and torch raise other types for that.
    """
    try:
        yield
    except (RuntimeError, SafetensorError) as error:
        found = _behind(error, folder)
        if found is None:
            raise
        raise found from error


def _behind(error: Exception, folder: Path) -> OSError | None:
    """safetensors tells the system's number; torch tells nothing, so a plain write into the folder is tried."""
    told = re.search(r"\(os error (\d+)\)", str(error))
    if told is not None:
        number = int(told.group(1))
        return OSError(number, os.strerror(number), str(folder))
    probe = folder / ".probe"
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as found:
        return found
    finally:
        probe.unlink(missing_ok=True)
    return None
