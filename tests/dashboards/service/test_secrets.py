"""The token and sessions."""

import stat
import time
from pathlib import Path

import pytest

from dashboards.service.security.sessions import LASTS_S, Sessions
from dashboards.service.security.throttle import Throttle
from dashboards.service.security.token import TOKEN, token_at
from hpo.errors import InputError


def test_the_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token, made = token_at(tmp_path / "service")
    assert made
    assert len(token) >= 40
    assert stat.S_IMODE((tmp_path / "service" / TOKEN).stat().st_mode) == 0o600
    assert token_at(tmp_path / "service") == (token, False)


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    token_at(tmp_path)
    (tmp_path / TOKEN).chmod(0o640)
    with pytest.raises(InputError, match="others than its owner"):
        token_at(tmp_path)


def test_an_empty_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / TOKEN).touch(mode=0o600)
    with pytest.raises(InputError, match="holds no token"):
        token_at(tmp_path)


def test_a_session_outlives_the_server_but_not_its_week_nor_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = Sessions("token").begin()
    again = Sessions("token")
    assert again.holds(cookie)
    assert again.is_csrf(cookie, Sessions("token").csrf(cookie))
    assert not again.is_csrf(Sessions("token").begin(), again.csrf(cookie))
    assert not Sessions("other").holds(cookie)
    longer = str(int(cookie.split(".")[0]) + 1) + cookie[cookie.index(".") :]
    assert not any(again.holds(text) for text in ("", ".", "x", longer, cookie[:-1], "é" * 9))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + LASTS_S + 1)
    assert not again.holds(cookie)


def test_who_failed_often_waits_and_then_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    throttle, now = Throttle(most=2, window_s=60), time.monotonic()
    throttle.failed("a")
    assert throttle.wait_s("a") == 0
    throttle.failed("a")
    assert throttle.wait_s("a") > 0
    assert throttle.wait_s("b") == 0
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert throttle.wait_s("a") == 0
