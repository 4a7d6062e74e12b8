from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from aiohttp import ClientPayloadError
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from models.remote import Patience, RemoteError, UnreachableError, is_passing, is_url, patiently


class StatusError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


PASSING = [
    ConnectionResetError(),
    TimeoutError(),
    OSError(errno.EBUSY, "SlowDown"),
    OSError(errno.EREMOTEIO, "InternalError"),
    EndpointConnectionError(endpoint_url="http://x"),
    ClientPayloadError(),
    StatusError(503),
    StatusError(429),
]
LASTING = [
    PermissionError("Access Denied"),
    NoCredentialsError(),
    StatusError(403),
    ValueError(),
    OSError(errno.EINVAL),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_may_pass(error: Exception) -> None:
    assert is_passing(error)


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_what_stays(error: Exception) -> None:
    assert not is_passing(error)


def failing(*errors: Exception) -> Callable[[], str]:
    """Raises each once, then works."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def missing(cause: Exception) -> FileNotFoundError:
    """As fsspec's HTTP tells every trouble."""
    error = FileNotFoundError("http://x")
    error.__cause__ = cause
    return error


def test_a_connection_that_comes_back_is_waited_for_with_growing_pauses() -> None:
    pauses: list[float] = []
    patience = Patience(lambda passed: False, pauses.append)
    call = failing(ConnectionError(), StatusError(500), missing(ConnectionError()))
    assert patiently(call, "read x", patience) == "done"
    assert pauses == sorted(set(pauses))
    assert len(pauses) == 3


def test_what_does_not_pass_is_said_at_once() -> None:
    patience = Patience(lambda passed: False, lambda seconds: pytest.fail("it waited"))
    with pytest.raises(RemoteError, match=r"^cannot read x: PermissionError: Access Denied$") as caught:
        patiently(failing(PermissionError("Access Denied")), "read x", patience)
    assert not isinstance(caught.value, UnreachableError)
    with pytest.raises(RemoteError, match=r"cannot read x: StatusError"):
        patiently(failing(missing(StatusError(403))), "read x", patience)
    for error in (FileNotFoundError("x"), missing(StatusError(404))):
        with pytest.raises(FileNotFoundError):
            patiently(failing(error), "read x", patience)
    with pytest.raises(OSError, match="full") as full:
        patiently(failing(OSError(errno.ENOSPC, "full")), "read x", patience)
    assert full.value.errno == errno.ENOSPC


def test_patience_ends() -> None:
    with pytest.raises(UnreachableError, match=r"^cannot read x, tried for 0 s: ConnectionError$") as caught:
        patiently(failing(ConnectionError()), "read x", Patience(lambda passed: True))
    assert isinstance(caught.value, ConnectionError), "by this a trial is tried again"


@pytest.mark.parametrize(
    ("text", "url"),
    [("s3://bucket/x", True), ("simplecache::s3://x", True), ("/a/b", False), ("a:b", False), ("../x.csv", False)],
)
def test_is_url(text: str, url: bool) -> None:
    assert is_url(text) is url
