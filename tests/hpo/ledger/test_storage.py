import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from hpo.errors import LedgerError
from hpo.ledger import Ledger, ledger_url, shown, storage
from hpo.ledger.inbox import Inbox, Kind
from hpo.ledger.storage import open_engine, open_storage, patiently


def broken(original: Exception, kind: type[Exception] = OperationalError) -> optuna.exceptions.StorageInternalError:
    error = optuna.exceptions.StorageInternalError("commit")
    error.__cause__ = kind("UPDATE", {}, original)  # type: ignore[call-arg]
    return error


class Flaky:
    """Fails a few times, then works."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times = error, times

    def __call__(self) -> str:
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return "done"


def test_waits_for_a_database_that_is_away() -> None:
    assert patiently(Flaky(broken(sqlite3.OperationalError("database is locked")), 2)) == "done"
    assert patiently(Flaky(broken(ConnectionError("server closed the connection")), 2)) == "done"


def test_patience_has_an_end() -> None:
    with pytest.raises(LedgerError, match="did not answer for 0 s: connection refused"):
        patiently(Flaky(broken(ConnectionError("connection refused")), 99), patience_s=0)


def test_who_has_little_patience_does_not_wait_for_anothers_lock_either(tmp_path: Path) -> None:
    engine = open_engine(ledger_url(tmp_path))

    def lock_timeout_ms() -> int:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())

    assert patiently(lambda: (patiently(lock_timeout_ms, 0.25), lock_timeout_ms()), 2.0) == (250, 2_000)
    assert (patiently(lock_timeout_ms), lock_timeout_ms()) == (60_000, 60_000)
    inbox = Inbox(engine, "sweep", patience_s=0.1)
    with sqlite3.connect(tmp_path / "ledger.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"did not answer for 0\.1 s: .*locked"):
            inbox.ask(Kind.STOP, {})
        other.rollback()
    inbox.ask(Kind.STOP, {})


def test_a_server_that_takes_the_connection_and_says_nothing_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "CONNECT_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/hpo"
        with pytest.raises(LedgerError, match=r"did not answer for 0 s: .*timeout"):
            patiently(lambda: open_engine(url).connect().close(), 0)


def test_full_disk_is_said_at_once() -> None:
    flaky = Flaky(broken(sqlite3.OperationalError("database or disk is full")), 99)
    with pytest.raises(LedgerError, match=r"the disk under the ledger is full: .*make room"):
        patiently(flaky)
    assert flaky.times == 98


def test_a_wrong_statement_is_not_repeated() -> None:
    flaky = Flaky(broken(sqlite3.OperationalError("no such table: studies")), 99)
    with pytest.raises(optuna.exceptions.StorageInternalError):
        patiently(flaky)
    wrong = Flaky(broken(ValueError("syntax"), ProgrammingError), 99)
    with pytest.raises(optuna.exceptions.StorageInternalError):
        patiently(wrong)
    assert (flaky.times, wrong.times) == (98, 98)


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://host/name", "postgresql://nobody@127.0.0.1:9/none"])
def test_a_ledger_that_cannot_be_opened_says_which(url: str) -> None:
    with pytest.raises(LedgerError, match=f"the ledger {url} cannot be opened"):
        open_storage(url)


def test_passwords_are_not_shown() -> None:
    assert shown("postgresql://me:secret@host/hpo") == "postgresql://me:***@host/hpo"


def test_a_sweep_of_schema_1_is_read(tmp_path: Path) -> None:
    """As the version before wrote it."""
    url = ledger_url(tmp_path)
    study = optuna.create_study(study_name="old", storage=open_storage(url), direction="maximize")
    study.set_user_attr("schema_version", 1)
    study.set_user_attr("metric", "accuracy")
    trial = study.ask()
    trial.set_user_attr("params", {"train.learning_rate": 0.1})
    trial.set_user_attr("evaluation:000000010", {"step": 10, "epoch": 1.0, "metrics": {"accuracy": 0.5}, "last": True})
    trial.report(0.5, 10)
    trial.set_user_attr("facts", {"device": "cpu"})
    study.tell(trial, 0.5)
    (record,) = Ledger.open(url, "old").trials()
    assert (record.params, record.value, record.state, record.epochs) == (
        {"train.learning_rate": 0.1},
        0.5,
        "complete",
        1.0,
    )
    assert record.facts == {"device": "cpu"}
    assert record.ended_at >= record.started_at > 0


def test_a_sweep_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    study = optuna.create_study(study_name="new", storage=open_storage(url))
    study.set_user_attr("schema_version", 9)
    with pytest.raises(LedgerError, match="sweep 'new' has ledger schema 9; this version reads 1 and 2"):
        Ledger.open(url, "new")


OPEN = """
import sys, time
from hpo.ledger.storage import open_storage
from hpo.ledger import driver_of, open_engine
while time.time() < float(sys.argv[2]):
    pass
driver_of(open_engine(sys.argv[1]), "sweep")
open_storage(sys.argv[1])
"""


def test_a_new_database_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    at = str(time.time() + 5)
    command = [sys.executable, "-c", OPEN, ledger_url(tmp_path), at]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
