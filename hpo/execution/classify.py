"""What Ray tells of a trial's end, as a failure in the words of the search."""

from __future__ import annotations

import errno
import re

from ray.exceptions import NodeDiedError, OutOfMemoryError, RayActorError

from hpo.failures import Failure, Kind
from models.errors import ProcessLostError

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Ray's memory monitor says so of a process that it killed for the others' sake.
HOST_MEMORY = "running low on memory"
# What a file system or a network says when it may be well again a moment later.
PASSING = (
    *(errno.EAGAIN, errno.EBUSY, errno.ECONNABORTED, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH),
    *(errno.EIO, errno.ENETDOWN, errno.ENETUNREACH, errno.ENOTCONN, errno.EREMOTEIO, errno.ESTALE, errno.ETIMEDOUT),
)
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# What safetensors and torch make of it; torch's writer only says that the file is shorter than it should be.
DISK_FULL_TEXTS = ("No space left on device", "os error 28", "PytorchStreamWriter failed", "unexpected pos")


def failure_of(error: Exception | None, *, node_lost: bool, hung: str) -> Failure:
    """The failure.

    Args:
        error: What Ray has of it.
        node_lost: Whether the machine, as Ray sees it, is gone.
        hung: Why the process was killed by us; empty: it was not.
    """
    text = COLOURS.sub("", str(error))  # An error's text is the traceback in the trial's process, in colours.
    if hung:
        return Failure(Kind.HUNG, hung)
    if isinstance(error, OutOfMemoryError) or (isinstance(error, RayActorError) and HOST_MEMORY in text):
        return Failure(Kind.HOST_MEMORY, text)
    if node_lost or isinstance(error, NodeDiedError):
        return Failure(Kind.NODE_LOST, text)
    if isinstance(error, RayActorError):
        return Failure(Kind.LOST, f"the trial's process died: {text}")
    return Failure(Kind.PASSING if _may_pass(error, text) else Kind.ERROR, text)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether there is no room left for checkpoints and weights, which no other trial has either."""
    if isinstance(error, OSError) and _errno(error) in DISK_FULL:
        return True
    return error is not None and any(text in str(error) for text in DISK_FULL_TEXTS)


def _may_pass(error: Exception | None, text: str) -> bool:
    if isinstance(error, (ConnectionError, TimeoutError, ProcessLostError)) or "CUDA error" in text:
        return True
    return isinstance(error, OSError) and _errno(error) in PASSING


def _errno(error: OSError) -> int | None:
    """Ray wraps what was raised; the number is in what it wraps."""
    found = error.errno if error.errno is not None else getattr(getattr(error, "cause", None), "errno", None)
    return None if found is None else int(found)
