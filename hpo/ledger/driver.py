"""Who drives a sweep: one process at a time, known to everyone, and found out when it is gone."""

from __future__ import annotations

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil
from optuna.exceptions import StorageInternalError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from hpo.errors import HpoError, LedgerError
from hpo.ledger.storage import open_engine, patiently
from hpo.ledger.tables import DRIVERS, make_tables

log = logging.getLogger(__name__)

BEAT_S = 5.0
LEAVE_S = 5.0
STALE_S = 60.0  # A driver on another machine that was silent for so long is gone.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SweepBusyError(HpoError):
    """Another process drives the sweep."""

    def __init__(self, sweep: str, driver: Driver) -> None:
        self.driver = driver
        super().__init__(
            f"sweep {sweep!r} is driven by process {driver.pid} on {driver.host} since {driver.since_text}; "
            f"stop it first: hpo stop {sweep}"
        )


class DisplacedError(HpoError):
    """Another process took the sweep over, because this one had been silent for too long."""


@dataclass(frozen=True)
class Driver:
    """The process that drives a sweep.

    Attributes:
        boot: Id of the machine's boot; after a reboot the same pid is another process.
        born_at, since, beat_at: When the process began, took the sweep, and last gave a sign; Unix seconds.
    """

    token: str
    host: str
    boot: str
    pid: int
    born_at: float
    since: float
    beat_at: float

    @classmethod
    def here(cls) -> Driver:
        """This process."""
        now, process = time.time(), psutil.Process()
        return cls(uuid.uuid4().hex, socket.gethostname(), _boot(), process.pid, process.create_time(), now, now)

    @property
    def since_text(self) -> str:
        """When it took the sweep, for people."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.since))

    @property
    def gone(self) -> bool:
        """Whether it is dead: on this machine that is known at once, elsewhere by its silence."""
        if self.host != socket.gethostname():
            return time.time() - self.beat_at > STALE_S
        if self.boot != _boot():
            return True
        try:
            process = psutil.Process(self.pid)
            is_dead = process.status() == psutil.STATUS_ZOMBIE
            is_other = abs(process.create_time() - self.born_at) >= 1  # So it seems too when the clock was set.
        except psutil.NoSuchProcess:
            return True
        return is_dead or (is_other and time.time() - self.beat_at > STALE_S)


def driver_of(engine: Engine, sweep: str) -> Driver | None:
    """The process that holds a sweep, alive or not; None when it was given back, or never taken."""
    make_tables(engine)
    with engine.connect() as connection:
        row = connection.execute(select(DRIVERS).where(DRIVERS.c.sweep == sweep)).mappings().first()
    return None if row is None else Driver(**{key: value for key, value in row.items() if key != "sweep"})


class Seat:
    """The place of the one driver of a sweep. Use as a context manager; a thread gives signs of life meanwhile.

    Attributes:
        since: When it was made, Unix seconds.

    Args:
        url: The ledger's database.
        on_lost: Called once, from that thread, when another process took the place.
        on_beat: Called from that thread with every sign of life, every few seconds.
    """

    def __init__(self, url: str, sweep: str, on_lost: Callable[[], None], on_beat: Callable[[], None]) -> None:
        self._engine = open_engine(url)
        self._sweep = sweep
        self._on_lost, self._on_beat = on_lost, on_beat
        self._me = Driver.here()
        self.since = self._me.since
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="driver-seat", daemon=True)

    def __enter__(self) -> Seat:
        """Take the place.

        Raises:
            SweepBusyError: Another process has it, and is alive.
        """
        patiently(self._take)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(LEAVE_S)
        with suppress(HpoError):  # The place of a dead process is free in any case.
            patiently(self._leave, patience_s=LEAVE_S)

    def _take(self) -> None:
        found = driver_of(self._engine, self._sweep)
        if found is not None and found.token == self._me.token:  # Taken before the connection broke.
            return
        if found is not None and not (found.gone and self._is_silent(found)):
            raise SweepBusyError(self._sweep, found)
        values = {"sweep": self._sweep, **vars(self._me)}
        with self._engine.begin() as connection:
            if found is None:
                try:
                    connection.execute(insert(DRIVERS).values(values))
                    return
                except IntegrityError:
                    taken = 0
            else:
                same = (DRIVERS.c.sweep == self._sweep) & (DRIVERS.c.token == found.token)
                taken = connection.execute(update(DRIVERS).where(same).values(values)).rowcount
        if not taken:  # Another process was faster.
            winner = driver_of(self._engine, self._sweep)
            if winner is not None:
                raise SweepBusyError(self._sweep, winner)
            self._take()

    def _is_silent(self, other: Driver) -> bool:
        """Of a driver on another machine, whose clock may differ: whether it gives no sign while it is watched."""
        if other.host == self._me.host:
            return True
        time.sleep(2 * BEAT_S)
        again = driver_of(self._engine, self._sweep)
        return again is None or (again.token, again.beat_at) == (other.token, other.beat_at)

    def _leave(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(DRIVERS).where(self._mine))

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                mine = patiently(self._sign)
                if mine:
                    self._on_beat()
            except (LedgerError, SQLAlchemyError, StorageInternalError) as error:
                # The driver's own next write to the ledger meets it, and stops the sweep.
                log.warning("no sign of life could be written: %s", error)
                continue
            if not mine:
                self._on_lost()
                return

    def _sign(self) -> bool:
        with self._engine.begin() as connection:
            beat = update(DRIVERS).where(self._mine).values(beat_at=time.time())
            return bool(connection.execute(beat).rowcount)

    @property
    def _mine(self):  # type: ignore[no-untyped-def]  # SQLAlchemy's expression types do not name it
        return (DRIVERS.c.sweep == self._sweep) & (DRIVERS.c.token == self._me.token)


def _boot() -> str:
    return BOOT_ID.read_text().strip() if BOOT_ID.is_file() else ""
