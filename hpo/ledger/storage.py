"""Opens the database under the ledger, and waits for it when it goes away for a while."""

from __future__ import annotations

import functools
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import optuna
from optuna.storages import RDBStorage
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from hpo.errors import LedgerError

log = logging.getLogger(__name__)

SQLITE_TIMEOUT_S = 60.0  # A call waits so long for another's lock before it is tried again; or as long as its patience.
CONNECT_S = 5  # A machine that is gone does not refuse; a call is tried again after it.
PATIENCE_S = 600.0  # A database server that is restarted, or fails over, is back by then.
RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
FULL = ("database or disk is full", "no space left on device", "could not extend file")

Result = TypeVar("Result")

_hurry = threading.Event()
_lock_timeout_s = ContextVar("lock_timeout_s", default=SQLITE_TIMEOUT_S)


def ledger_url(output_dir: str | Path, url: str | None = None) -> str:
    """Where the ledger is: the database that is named, else one SQLite file for all sweeps of the output folder."""
    return absolute(url) if url else f"sqlite:///{Path(output_dir).resolve() / 'ledger.db'}"


def absolute(url: str) -> str:
    """The URL, a SQLite file in it by its whole path."""
    if not url.startswith("sqlite:///"):
        return url
    return f"sqlite:///{Path(url.removeprefix('sqlite:///')).resolve()}"


def shown(url: str) -> str:
    """The URL for people and records, without its password; a SQLite file by its path."""
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    return make_url(url).render_as_string(hide_password=True)


def open_storage(url: str) -> PatientStorage:
    """Optuna's storage at a database URL; SQLite in WAL mode, so that readers never stop the sweep's writes.

    Raises:
        LedgerError: The database cannot be opened.
    """
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        storage = make_together(lambda: PatientStorage(url, engine_kwargs=_engine_options(url)))
    except (OperationalError, ArgumentError, NoSuchModuleError, ImportError) as error:
        raise LedgerError(f"the ledger {url_of(url)} cannot be opened: {_reason(error)}") from error
    if url.startswith("sqlite"):
        _use_wal(storage.engine)
    return storage


@contextmanager
def reading() -> Iterator[None]:
    """What SQLAlchemy raises inside, as the ledger's error: for readers that go on without an answer.

    Raises:
        LedgerError: The database did not answer, or not as a ledger does.
    """
    try:
        yield
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise LedgerError(f"the ledger cannot be read: {_reason(error)}") from error


def is_missing(url: str) -> bool:
    """Whether the ledger is a SQLite file that is not there yet."""
    return url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file()


@functools.cache
def check_tables(url: str) -> None:
    """Check that Optuna's tables are there, and of the installed version; once a database and process.

    Raises:
        LedgerError: The database cannot be opened.
    """
    open_storage(url).engine.dispose()


def make_together(make: Callable[[], Result], tries: int = 10) -> Result:
    """Make tables that are not there: of two processes that do so in a new database at once, the slower looks again."""
    try:
        return make()
    except (IntegrityError, OperationalError, ProgrammingError) as error:
        made_by_another = isinstance(error, IntegrityError) or "already exists" in str(error)
        if not made_by_another or tries == 0:
            raise
        time.sleep(RETRY_S[0])
        return make_together(make, tries - 1)


@functools.cache
def open_engine(url: str) -> Engine:
    """Connections to the same database for the ledger's tables beside Optuna's; one engine a database and process."""
    pool = {"poolclass": NullPool} if url.startswith("sqlite") else {}  # A connection to a file is cheap to make anew.
    engine = create_engine(url, **_engine_options(url), **pool)
    if url.startswith("sqlite"):
        _use_wal(engine)
    return engine


def patiently(
    call: Callable[[], Result], patience_s: float = PATIENCE_S, on_outage: Callable[[], None] = lambda: None
) -> Result:
    """Make a call to the database, again and again while it is away.

    Args:
        on_outage: Called each time that it is found away.

    Raises:
        LedgerError: The disk is full, or the database stayed away.
    """
    end, tries = time.monotonic() + patience_s, 0
    while True:
        before = _lock_timeout_s.set(min(patience_s, SQLITE_TIMEOUT_S))
        try:
            return call()
        except (optuna.exceptions.StorageInternalError, DBAPIError) as error:
            cause = error if isinstance(error, DBAPIError) else error.__cause__
            if cause is not None and any(text in str(cause).lower() for text in FULL):
                raise LedgerError(f"the disk under the ledger is full: {_reason(cause)}; make room") from error
            if not isinstance(cause, DBAPIError) or not _is_away(cause):
                raise
            if time.monotonic() > end:
                raise LedgerError(f"the ledger did not answer for {patience_s:g} s: {_reason(cause)}") from error
            log.warning("the ledger does not answer (%s); trying again", _reason(cause))
            on_outage()
            if _hurry.wait(RETRY_S[min(tries, len(RETRY_S) - 1)]):
                raise LedgerError(f"the ledger does not answer: {_reason(cause)}") from error
            tries += 1
        finally:
            _lock_timeout_s.reset(before)


def hurry() -> None:
    """From now on, no call of this process waits for a database that is away: the person wants to leave at once."""
    _hurry.set()


class PatientStorage(RDBStorage):
    """Optuna's storage; every call waits for a database that is away. See `patiently`.

    A call that is repeated may have been carried out before the connection broke. Writing a value twice changes
    nothing; a trial that was made twice is found without parameters and used (`Ledger.made_unknown`).

    Attributes:
        outages: How many calls found the database away.
    """

    outages = 0

    def _count_outage(self) -> None:
        self.outages += 1


def _make_patient(name: str) -> None:
    plain = getattr(RDBStorage, name)

    @functools.wraps(plain)
    def method(self: PatientStorage, *args: Any, **kwargs: Any) -> Any:
        return patiently(lambda: plain(self, *args, **kwargs), on_outage=self._count_outage)

    setattr(PatientStorage, name, method)


for _name in sorted(optuna.storages.BaseStorage.__abstractmethods__):
    _make_patient(_name)


def url_of(url: str) -> str:
    """The URL for messages, also when it is none."""
    try:
        return shown(url)
    except ArgumentError:
        return url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": _lock_timeout_s.get()}}
    reach = {"connect_timeout": CONNECT_S} if url.startswith("postgresql") else {}
    # A connection that a restart of the server broke is replaced.
    return {"pool_pre_ping": True, "connect_args": reach}


def _is_away(error: DBAPIError) -> bool:
    """Whether the database itself was not to be had; a statement that is wrong stays wrong."""
    if isinstance(error.orig, sqlite3.Error):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return error.connection_invalidated or isinstance(error, OperationalError)


def _reason(error: BaseException) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split()) or type(cause).__name__


def _use_wal(engine: Engine) -> None:
    """Write-ahead log, synced at checkpoints: a commit costs no disk flush, and a killed process loses nothing."""

    def on_connect(connection: object, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA busy_timeout={1000 * _lock_timeout_s.get():.0f}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    engine.dispose()  # connections made before now are replaced by ones in WAL mode
