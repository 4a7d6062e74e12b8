"""Files in object stores and on servers: by URL, as fsspec reaches them, with patience where a connection is lost."""

from __future__ import annotations

import errno
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fsspec.core import url_to_fs
from fsspec.utils import get_protocol

from models.errors import HpoError

Result = TypeVar("Result")

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# What comes from a connection, or a server, that may be well again a moment later.
PASSING = (
    *(errno.EAGAIN, errno.EBUSY, errno.ECONNABORTED, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH),
    *(errno.EIO, errno.ENETDOWN, errno.ENETUNREACH, errno.ENOTCONN, errno.EREMOTEIO, errno.ESTALE, errno.ETIMEDOUT),
)
# The same, by the names that the stores' own libraries (botocore, aiohttp, google, azure) have for it.
PASSING_NAMES = frozenset(
    (
        *("ClientConnectionError", "ClientPayloadError", "ConnectionError", "HTTPClientError"),
        *("ServiceRequestError", "ServiceResponseError", "TransportError"),
    )
)
PASSING_STATUS = (408, 425, 429)  # And 500 and above.
MISSING_STATUS = (404, 410)


class RemoteError(HpoError):
    """A file or folder at a URL cannot be reached, read or written."""


class UnreachableError(RemoteError, ConnectionError):
    """The same for want of a connection: it may be well again later."""


@dataclass(frozen=True)
class Patience:
    """How long to try again what cannot be reached.

    Attributes:
        is_over: Is given the seconds since the first try.
        pause: Waits so many seconds between two tries; what it raises comes out.
    """

    is_over: Callable[[float], bool]
    pause: Callable[[float], object] = time.sleep

    @classmethod
    def of(cls, seconds: float) -> Patience:
        """For so long."""
        return cls(lambda passed: passed > seconds)


def is_url(text: str) -> bool:
    """Whether it is a URL, as in `s3://bucket/rows.csv`, and not a path."""
    return URL.match(text) is not None


def opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, as fsspec has it, and the path in it.

    Its settings and secrets come from the environment, as each store's library reads them.

    Raises:
        RemoteError: There is no such protocol, the package for it is not installed, or it cannot be set up.
    """
    try:
        file_system, path = url_to_fs(url)
    except Exception as error:  # Each file system has errors of its own.
        raise RemoteError(f"{url} cannot be opened: {reason_of(error)}") from error
    return file_system, str(path)


def is_passing(error: BaseException) -> bool:
    """Whether the same call may work a moment later."""
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    status = _status(error)
    if status is not None:
        return status >= 500 or status in PASSING_STATUS
    if isinstance(error, OSError) and error.errno in PASSING:
        return True
    return any(kind.__name__ in PASSING_NAMES for kind in type(error).__mro__)


def patiently(call: Callable[[], Result], what: str, patience: Patience) -> Result:
    """Make a call to a file system, again and again while it cannot be reached.

    Args:
        call: May be made several times.
        what: Is done, for the message, with the URL: "read s3://bucket/rows.csv".
        patience: For how long.

    Raises:
        UnreachableError: It could not be reached in that time.
        RemoteError: It refused.
        FileNotFoundError: There is no such file.
        OSError: The disk is full.
    """
    begin, tries = time.monotonic(), 0
    while True:
        try:
            return call()
        except Exception as told:  # Each file system has errors of its own.
            error = _behind(told)
            if isinstance(error, FileNotFoundError) or (isinstance(error, OSError) and error.errno in DISK_FULL):
                raise
            if not is_passing(error):
                raise RemoteError(f"cannot {what}: {reason_of(error)}") from error
            passed = time.monotonic() - begin
            if patience.is_over(passed):
                raise UnreachableError(f"cannot {what}, tried for {passed:.0f} s: {reason_of(error)}") from error
        patience.pause(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
        tries += 1


def reason_of(error: BaseException) -> str:
    """What an error says, in one line, with its kind: some say little more than that."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def _behind(error: BaseException) -> BaseException:
    """fsspec's HTTP says "not found" whatever happened; what did is its cause."""
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else None
    if cause is None:
        return error
    refused = _status(cause) is not None and _status(cause) not in MISSING_STATUS
    return cause if refused or is_passing(cause) else error


def _status(error: BaseException) -> int | None:
    """HTTP status, where the error has one."""
    return next((found for name in ("status", "code") if isinstance(found := getattr(error, name, None), int)), None)


def protocol_of(url: str) -> str:
    """As in `s3`."""
    return str(get_protocol(url))
