"""One driver a sweep; the dead ones are found out."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from hpo.ledger import Driver, Seat, SweepBusyError, driver_of, ledger_url, open_engine
from hpo.ledger import driver as module
from hpo.ledger.tables import DRIVERS

HOLD = """
import sys, time
from hpo.ledger import Seat
with Seat(sys.argv[1], "sweep", on_lost=lambda: None, on_beat=lambda: None):
    print("held", flush=True)
    time.sleep(600)  # Until the test kills it.
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return ledger_url(tmp_path)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    yield made
    made.dispose()


@pytest.fixture
def other(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that drives the sweep."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def seat(url: str) -> Seat:
    return Seat(url, "sweep", on_lost=lambda: None, on_beat=lambda: None)


def test_second_driver_is_refused_with_the_first_ones_host_and_pid(
    url: str, engine: Engine, other: subprocess.Popen[str]
) -> None:
    with pytest.raises(SweepBusyError, match=rf"process {other.pid} on .*hpo stop sweep"), seat(url):
        pass
    found = driver_of(engine, "sweep")
    assert found is not None
    assert not found.gone
    other.kill()
    other.wait()
    assert found.gone
    with seat(url):
        mine = driver_of(engine, "sweep")
        assert mine is not None
        assert mine.pid != other.pid
    assert driver_of(engine, "sweep") is None


def test_of_many_at_once_one_wins(url: str, engine: Engine) -> None:
    driver_of(engine, "sweep")  # The tables are there.
    taken, refused = [], []
    barrier, done = threading.Barrier(6), threading.Event()

    def compete() -> None:
        barrier.wait()
        try:
            with seat(url):
                taken.append(threading.get_ident())
                done.wait(30)
        except SweepBusyError:
            refused.append(threading.get_ident())
            if len(refused) == 5:
                done.set()

    threads = [threading.Thread(target=compete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (1, 5)


def pretend(engine: Engine, **values: object) -> Driver:
    """The driver's row as another machine, or another boot, would have written it."""
    with engine.begin() as connection:
        connection.execute(update(DRIVERS).values(**values))
    found = driver_of(engine, "sweep")
    assert found is not None
    return found


def test_staleness(engine: Engine, other: subprocess.Popen[str]) -> None:
    assert driver_of(engine, "sweep") is not None
    assert pretend(engine, boot="another-boot").gone
    assert pretend(engine, host="elsewhere").gone is False  # another boot says nothing about another machine
    assert pretend(engine, beat_at=time.time() - module.STALE_S - 1).gone
    here = Driver.here()
    other = {"host": here.host, "boot": here.boot, "born_at": 1.0}
    assert not pretend(engine, **other, beat_at=time.time()).gone  # it gives signs of life: the clock was set
    silent = time.time() - module.STALE_S - 1
    assert pretend(engine, **other, beat_at=silent).gone  # the pid belongs to another process now


def test_a_driver_that_was_silent_for_too_long_learns_that_it_is_displaced(
    url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    lost, beats = threading.Event(), threading.Semaphore(0)
    with Seat(url, "sweep", on_lost=lost.set, on_beat=beats.release):
        assert beats.acquire(timeout=10)
        pretend(engine, host="elsewhere", beat_at=time.time() - module.STALE_S - 1, token="theirs")
        assert lost.wait(10)
    assert driver_of(engine, "sweep") is not None, "the other's place was given back"
