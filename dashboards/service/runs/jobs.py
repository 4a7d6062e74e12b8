"""The queue of what is to be run, on disk: a job is in it before anybody hears of it, and is begun once."""

from __future__ import annotations

import enum
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sweep TEXT NOT NULL,
    arguments TEXT NOT NULL,
    key TEXT UNIQUE,
    asked TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    pid INTEGER,
    born_at TEXT,
    begun INTEGER NOT NULL DEFAULT 0,
    code INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS one_a_sweep ON jobs (sweep) WHERE state IN ('waiting', 'running');
"""
PATIENCE_S = 30.0
COLUMNS = "id, sweep, arguments, key, asked, state, created_at, started_at, ended_at, pid, born_at, begun, code"


class JobState(enum.StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Job:
    """A command of `hpo` that drives a sweep.

    Attributes:
        arguments: Of the command.
        key: The submission's idempotency key; None: it had none.
        asked: What was asked, word for word, to tell a repeated submission from another with the same key.
        pid, born_at: The process that runs it, and when that was born, as `birth_of` has it.
        begun: How often it was begun.
        code: The command's exit code; None: it has not ended, or was killed.
    """

    id: int
    sweep: str
    arguments: tuple[str, ...]
    key: str | None
    asked: str
    state: JobState
    created_at: float
    started_at: float | None
    ended_at: float | None
    pid: int | None
    born_at: str | None
    begun: int
    code: int | None

    @property
    def live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


class TakenError(Exception):
    """The sweep has a job that waits or runs."""


class FullError(Exception):
    """Too many jobs wait."""


class Jobs:
    """The jobs of one output folder. Any number of processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.executescript(SCHEMA)

    def add(self, sweep: str, arguments: Sequence[str], asked: str, key: str | None = None, most: int = 100) -> Job:
        """Put a job at the end of the queue; a key that is known gives the job that it was given first.

        Args:
            most: How many may wait.

        Raises:
            TakenError: Another job of the sweep waits or runs.
            FullError: Too many wait.
        """
        with self._writing() as database:
            known = database.execute(f"SELECT {COLUMNS} FROM jobs WHERE key = ?", (key,)).fetchone()
            if known is not None:
                return _job(known)
            if database.execute("SELECT count(*) FROM jobs WHERE state = 'waiting'").fetchone()[0] >= most:
                raise FullError(f"{most} wait already")
            values = (sweep, json.dumps(list(arguments)), key, asked, JobState.WAITING, time.time())
            try:
                row = database.execute(
                    "INSERT INTO jobs (sweep, arguments, key, asked, state, created_at) VALUES (?, ?, ?, ?, ?, ?) "
                    f"RETURNING {COLUMNS}",
                    values,
                ).fetchone()
            except sqlite3.IntegrityError as error:
                raise TakenError(sweep) from error
            return _job(row)

    def find(self, job: int) -> Job | None:
        """A job by its id."""
        return next(iter(self._select("id = ?", job)), None)

    def by_key(self, key: str) -> Job | None:
        """The job that was submitted with a key."""
        return next(iter(self._select("key = ?", key)), None)

    def of_sweep(self, sweep: str) -> Job | None:
        """The newest job of a sweep."""
        return next(iter(self._select("sweep = ? ORDER BY id DESC LIMIT 1", sweep)), None)

    def waiting(self) -> list[Job]:
        """Those that wait, the first in turn first."""
        return self._select("state = 'waiting' ORDER BY id")

    def running(self) -> list[Job]:
        """Those that run, as far as is written."""
        return self._select("state = 'running' ORDER BY id")

    def page(self, offset: int, limit: int) -> tuple[list[Job], int]:
        """Some of all, the newest first, and how many there are."""
        with self._open() as database:
            total = int(database.execute("SELECT count(*) FROM jobs").fetchone()[0])
        return self._select("1 ORDER BY id DESC LIMIT ? OFFSET ?", limit, offset), total

    def claim(self, job: int, pid: int, born_at: str, most: int) -> bool:
        """Take a waiting job to run it, if fewer than `most` run. Of several processes one gets it."""
        with self._writing() as database:
            if database.execute("SELECT count(*) FROM jobs WHERE state = 'running'").fetchone()[0] >= most:
                return False
            taken = database.execute(
                "UPDATE jobs SET state = 'running', pid = ?, born_at = ?, started_at = ?, begun = begun + 1 "
                "WHERE id = ? AND state = 'waiting'",
                (pid, born_at, time.time(), job),
            )
            return taken.rowcount == 1

    def end(self, job: int, code: int | None) -> None:
        """Write that a running job has ended."""
        self._change("state = 'ended', code = ?, ended_at = ?", "id = ? AND state = 'running'", code, time.time(), job)

    def again(self, job: int) -> None:
        """Put a job that was begun in vain back into its place."""
        self._change("state = 'waiting', pid = NULL, born_at = NULL", "id = ? AND state = 'running'", job)

    def cancel(self, job: int) -> bool:
        """Take a waiting job out; False: it does not wait."""
        return self._change("state = 'cancelled', ended_at = ?", "id = ? AND state = 'waiting'", time.time(), job)

    def _change(self, what: str, where: str, *values: object) -> bool:
        with self._writing() as database:
            return database.execute(f"UPDATE jobs SET {what} WHERE {where}", values).rowcount == 1

    def _select(self, where: str, *values: object) -> list[Job]:
        with self._open() as database:
            rows = database.execute(f"SELECT {COLUMNS} FROM jobs WHERE {where}", values).fetchall()
        return [_job(row) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            yield database
        finally:
            database.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone: what is read in it still holds when it writes. Synced to disk at its end."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def _job(row: Sequence[object]) -> Job:
    values = dict(zip(COLUMNS.split(", "), row, strict=True))
    values["arguments"] = tuple(json.loads(str(values["arguments"])))
    values["state"] = JobState(str(values["state"]))
    return Job(**values)  # type: ignore[arg-type]  # the columns have these types
