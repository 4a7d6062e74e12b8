"""A store of each kind that the tests have: a folder by its URL, and an S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.s3 import S3, s3_server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server(monkeypatch) as server:
        yield server


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty folder in a store."""
    if request.param == "file":
        return f"{(tmp_path / 'store').as_uri()}/sweep"
    server: S3 = request.getfixturevalue("s3")
    return f"{server.url}/some/where/sweep"
