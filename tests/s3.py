"""An S3 server of the tests' own, on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer

BUCKET = "hpo"
HOST = "127.0.0.1"


class S3:
    """The server and its one bucket."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(HOST, 0, verbose=False)
        self._server.start()
        _, self._port = self._server.get_host_and_port()
        self.url = f"s3://{BUCKET}"
        self.env = {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self._port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",  # Ours are tested, not botocore's.
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), HOST))),
        }

    def files(self, under: str = "") -> list[str]:
        """Keys in the bucket, under a folder of it, without the folder."""
        root = f"{BUCKET}/{under}".rstrip("/") + "/"
        return sorted(path.removeprefix(root) for path in _client().find(root))

    def put(self, path: Path, key: str) -> str:
        """A file into the bucket. Returns its URL."""
        _client().put_file(str(path), f"{BUCKET}/{key}")
        return f"{self.url}/{key}"

    def stop(self) -> None:
        """Be away. What is in the bucket stays."""
        self._server.stop()

    def start(self) -> None:
        """Be there again, at the same address."""
        self._server = ThreadedMotoServer(HOST, self._port, verbose=False)
        self._server.start()


def _client() -> s3fs.S3FileSystem:
    return s3fs.S3FileSystem(skip_instance_cache=True)


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A server with an empty bucket; this process and its children reach it by their environment."""
    server = S3()
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()  # Those made before have the address of another server.
    client = _client()
    if client.exists(BUCKET):  # The servers of one process share what they hold.
        client.rm(BUCKET, recursive=True)
    client.mkdir(BUCKET)
    try:
        yield server
    finally:
        server.stop()
