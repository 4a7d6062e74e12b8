"""A process that answers one request at a time."""

import os
import sys
import threading
from collections.abc import Iterator

import pytest

from hpo.control import BusyError, Child, ChildError

ECHO = "from hpo.control.child import answer_lines; answer_lines(lambda asked: [asked, None])"
SILENT = "import sys; sys.stdin.read()"
BREAKS = "import sys; sys.stdin.readline(); sys.exit(3)"
KILLED = "import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)"


def child(code: str, **limits: float) -> Child:
    given = {"idle_s": 60.0, "answer_s": 60.0, "queue_s": 60.0, **limits}
    return Child((sys.executable, "-c", code), os.environ, **given)  # type: ignore[arg-type]


@pytest.fixture
def silent() -> Iterator[Child]:
    """It says nothing, and does not end."""
    found = child(SILENT, answer_s=0.0, queue_s=0.0)
    yield found
    found.close()


def test_the_same_process_answers_until_nobody_asks_for_a_while() -> None:
    echo = child(ECHO)
    assert echo.pid is None
    assert echo.ask({"ä": [1, 2.5, "\n"]}) == [{"ä": [1, 2.5, "\n"]}, None]
    pid = echo.pid
    assert echo.ask({}) == [{}, None]
    echo.tidy()
    assert echo.pid == pid is not None
    echo._idle_s = 0.0
    echo.tidy()
    assert echo.pid is None
    assert echo.ask({}) == [{}, None]
    echo.close()
    assert echo.pid is None


@pytest.mark.parametrize(("code", "ended"), [(BREAKS, 3), (KILLED, -9)])
def test_how_it_ended_is_told(code: str, ended: int) -> None:
    for _ in range(2):
        with pytest.raises(ChildError) as told:
            child(code).ask({})
        assert (told.value.slow, told.value.code) == (False, ended)


def test_one_that_is_slow_is_ended(silent: Child) -> None:
    with pytest.raises(ChildError) as told:
        silent.ask({})
    assert told.value.slow
    assert silent.pid is None


def test_others_wait_no_longer_than_they_may(silent: Child) -> None:
    silent.answer_s = 60.0
    told: list[ChildError] = []

    def ask() -> None:
        try:
            silent.ask({})
        except ChildError as error:
            told.append(error)

    first = threading.Thread(target=ask)
    first.start()
    while silent.pid is None:
        first.join(0.01)
    with pytest.raises(BusyError):
        silent.ask({})
    silent.close()
    first.join()
    assert (told[0].slow, told[0].code) == (False, -9)
    with pytest.raises(ChildError):
        silent.ask({})
