"""What nobody foresaw: it is logged with its traceback, answered as everything else, and ends nothing."""

import logging
import sqlite3
from collections.abc import Iterator

import psutil
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from dashboards.service import app as module
from dashboards.service.app import create_app
from dashboards.service.problems import MEDIA_TYPE
from dashboards.service.settings import Settings
from tests.dashboards.service.conftest import BASE, BEARER, TOKEN
from tests.waiting import wait_for

ERRORS = {
    503: [sqlite3.OperationalError(f"locked {TOKEN}"), OperationalError("SELECT", {}, OSError(f"away {TOKEN}"))],
    500: [KeyError(TOKEN), psutil.AccessDenied(1)],
}
EACH = [(status, error) for status, errors in ERRORS.items() for error in errors]


@pytest.fixture
def calm(settings: Settings) -> Iterator[TestClient]:
    """A service as a web server shows it: errors stay inside."""
    client = TestClient(create_app(settings), base_url=BASE, raise_server_exceptions=False)
    yield client
    client.close()


@pytest.mark.parametrize(("status", "error"), EACH, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("path", ["/api/v1/sweeps", "/"])
def test_each_error_has_an_answer_with_the_headers_and_without_secrets(
    calm: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, status: int, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(calm.app.state.watch, "sweeps", fail)  # type: ignore[attr-defined]
    answer = calm.get(path, headers=BEARER)
    assert answer.status_code == status
    kind = MEDIA_TYPE if path.startswith("/api") else "text/html; charset=utf-8"
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert TOKEN not in answer.text


def test_a_database_that_fails_is_in_the_log(
    calm: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError(f"locked {TOKEN}")

    monkeypatch.setattr(calm.app.state.watch, "sweeps", fail)  # type: ignore[attr-defined]
    calm.get("/api/v1/sweeps", headers=BEARER)
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "Traceback" in told
    assert "OperationalError: locked ***" in told


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("x"), OperationalError("SELECT", {}, OSError()), psutil.AccessDenied(1)]
)
def test_the_queue_goes_on_whatever_happens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    app, calls = create_app(settings), 0

    def fail() -> None:
        nonlocal calls
        calls += 1
        raise error

    monkeypatch.setattr(module, "TICK_S", 0.01)
    monkeypatch.setattr(app.state.queue, "tick", fail)
    with caplog.at_level(logging.WARNING, "hpo.service"), TestClient(app):
        wait_for(lambda: calls >= 3, "three calls", 30)
    assert "Traceback" in caplog.records[0].getMessage()


def test_at_the_end_everything_is_closed_whatever_failed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    app, closed = create_app(settings), []

    def fail() -> None:
        raise sqlite3.OperationalError("x")

    monkeypatch.setattr(app.state.watch, "warm", fail)
    for name in ("watch", "checker", "maker"):
        monkeypatch.setattr(getattr(app.state, name), "close", lambda name=name: closed.append(name))
    with TestClient(app):
        pass
    assert sorted(closed) == ["checker", "maker", "watch"]
