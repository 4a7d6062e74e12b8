"""Figures that several ask for at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from dashboards.pages.drawn import Drawn, NotMadeError
from hpo.results import Look, Place, Reader

SOON_S = 20.0


@pytest.fixture(scope="module")
def old(place: Place) -> Look:
    look = Reader(place, "many").look()
    return replace(look, records=look.records[:-1])


@pytest.fixture(scope="module")
def new(place: Place) -> Look:
    return Reader(place, "many").look()


class Slow:
    """Makes one figure in a thread of its own, until it is let go."""

    def __init__(self, drawn: Drawn, look: Look, pool: ThreadPoolExecutor) -> None:
        self.go, self._begun = threading.Event(), threading.Event()
        self.made: Future[bytes] = pool.submit(lambda: drawn.get((look,), "slow", self._make, str).body)
        assert self._begun.wait(SOON_S)

    def _make(self) -> str:
        self._begun.set()
        assert self.go.wait(SOON_S)
        return "slow"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def refuse() -> str:
    raise NotMadeError("not now", 30.0)


def test_nobody_waits_for_another_figure_or_long_for_the_same(new: Look, pool: ThreadPoolExecutor) -> None:
    drawn = Drawn(wait_s=0.05)
    slow = Slow(drawn, new, pool)
    try:
        assert drawn.get((new,), "other", lambda: "other", str).body == b"other"
        with pytest.raises(NotMadeError, match="still being made") as told:
            drawn.get((new,), "slow", refuse, str)
        assert told.value.again_s > 0
    finally:
        slow.go.set()
    assert slow.made.result() == drawn.get((new,), "slow", refuse, str).body == b"slow"


def test_who_waits_is_given_what_another_made(new: Look, pool: ThreadPoolExecutor) -> None:
    drawn = Drawn(wait_s=SOON_S)
    slow = Slow(drawn, new, pool)
    waiting = [pool.submit(lambda: drawn.get((new,), "slow", refuse, str).body) for _ in range(3)]
    slow.go.set()
    assert [one.result() for one in waiting] == [b"slow"] * 3


def test_the_older_one_stands_while_a_newer_one_is_made_or_cannot_be(
    old: Look, new: Look, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.pages.drawn.PATIENCE", 0)
    drawn = Drawn(wait_s=0.05)
    drawn.get((old,), "slow", lambda: "older", str)
    slow = Slow(drawn, new, pool)
    meanwhile = drawn.get((new,), "slow", refuse, str)
    slow.go.set()
    assert (meanwhile.body, slow.made.result()) == (b"older", b"slow")
    kept = drawn.get((old,), "slow", refuse, str)
    assert kept.body == b"slow"
    assert 25 < kept.newer_in_s((old,)) <= 30  # Nobody tries again before.
    assert drawn.get((old,), "slow", lambda: "too soon", str) == kept


def test_without_an_older_one_it_is_said_why_and_the_next_may_try(new: Look) -> None:
    drawn = Drawn()
    with pytest.raises(NotMadeError, match="not now"):
        drawn.get((new,), "any", refuse, str)
    with pytest.raises(ZeroDivisionError):
        drawn.get((new,), "any", lambda: str(1 / 0), str)
    assert drawn.get((new,), "any", lambda: "made", str).body == b"made"
