"""Writes to MLflow from a thread of its own, in order and each thing once, so that no trial waits for a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hpo.errors import TrackingError
from hpo.ledger import Ledger, TrialRecord
from hpo.tracking.backlog import Backlog
from hpo.tracking.delivery import Delivery
from hpo.tracking.retry import GaveUpError, Retry, reason_of
from hpo.tracking.runs import Runs
from hpo.tracking.telling import Telling
from hpo.tracking.writes import Write

NOTE_S = 1.0  # Least time between two notes in the ledger of how far MLflow is.


class Writer:
    """A backlog of writes and the thread that works it off.

    What fails is tried again, until whoever waits in `close` gives up; what MLflow refuses is left out, and told by
    `close`. How far MLflow is, is noted in the ledger as `mlflow_seq` after it was written, so that all that is not in
    MLflow comes after that in the ledger.

    Args:
        telling: How the sweep is told.
    """

    def __init__(self, runs: Runs, ledger: Ledger, telling: Telling, retry: Retry) -> None:
        self._runs = runs
        self._ledger = ledger
        self._telling = telling
        self._retry = retry
        self._delivery = Delivery(runs, retry)
        self._backlog = Backlog()
        self._changed = threading.Condition()  # Guards backlog and flags; never held during a call to MLflow or ledger.
        self._opened = self._closing = self._ended = False
        self._died: BaseException | None = None
        self._noted = (0, time.monotonic())
        self._thread = threading.Thread(target=self._run, name="mlflow-writer", daemon=True)
        self._thread.start()

    def put(self, write: Write) -> None:
        """Take a write; returns at once."""
        with self._changed:
            self._backlog.put(write)
            self._changed.notify_all()

    def catch_up(self, records: Sequence[TrialRecord]) -> None:
        """Take what of these records MLflow does not have; returns at once. Not to be changed by others from now on."""
        with self._changed:
            self._backlog.records = records
            self._changed.notify_all()

    def wait_open(self, patience_s: float) -> None:
        """Wait until the sweep's run exists.

        Raises:
            TrackingError: MLflow did not answer in time.
        """
        self._wait(lambda: self._opened, patience_s)

    def wait_written(self, patience_s: float) -> None:
        """Wait until all that was put so far is written; the wait goes on as long as something is written.

        Raises:
            TrackingError: Nothing was, for so long.
        """
        self._wait(lambda: self._opened and not len(self._backlog), patience_s)

    def close(self, patience_s: float) -> None:
        """Write all that waits, then end the thread.

        Raises:
            TrackingError: Nothing was written for so long, or something was refused.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        try:
            self._wait(lambda: self._ended, patience_s)
        finally:
            self._retry.give_up()
        refused = self._delivery.refused
        if refused:
            what, why = next(iter(refused.items()))
            raise TrackingError(f"MLflow refused {_counted(len(refused))}; the first: {what}: {why}")

    def _wait(self, condition: Callable[[], bool], patience_s: float) -> None:
        with self._changed:
            since = time.monotonic()
            while not condition() and not self._ended:
                left = max(since, self._retry.progress_at) + patience_s - time.monotonic()
                if left <= 0:
                    raise self._error() from None
                self._changed.wait(left)
            if self._died is not None:
                raise self._error() from self._died

    def _error(self) -> TrackingError:
        died = self._died
        why = self._retry.trouble if died is None else f"{type(died).__name__}: {reason_of(died)}"
        return TrackingError(
            f"MLflow did not take {_counted(len(self._backlog))} ({why}); "
            f"they are kept in the ledger: hpo resume {self._telling.sweep} writes them"
        )

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Whatever ends the thread's work, those who wait for it are told, and raise it."""
        try:
            yield
        except GaveUpError:
            pass
        except BaseException as error:  # noqa: BLE001  # not carried on from: raised by `_wait`, in the other thread
            self._died = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _run(self) -> None:
        with self._reporting():
            self._open()
            while self._has_work():
                write = self._next()
                if write is not None:
                    self._delivery.write(write)
                    self._finish_taken()
            self._note()
            self._runs.delete_twins()

    def _open(self) -> None:
        self._runs.open()
        through = int(self._ledger.about.get("mlflow_seq", 0)) if self._runs.known else 0
        with self._changed:
            self._backlog.begin_after(through)
            self._noted = (through, time.monotonic())
            self._opened = True
            self._retry.progress()
            self._changed.notify_all()

    def _has_work(self) -> bool:
        """Wait for something to do; False: there will be nothing more."""
        while True:
            behind = self._backlog.through != self._noted[0]
            if behind and time.monotonic() - self._noted[1] >= NOTE_S:
                self._note()
                behind = False
            with self._changed:
                if self._backlog or self._backlog.records is not None:
                    return True
                if self._closing:
                    return False
                self._changed.wait(NOTE_S if behind else None)

    def _next(self) -> Write | None:
        """What to write now; None: the ledger's records had nothing."""
        records = self._backlog.records
        if records is not None:
            self._runs.take_over(records)
            writes = self._telling.unwritten(records, self._backlog.through)
            if any(write.name is not None and not self._runs.has(write.key) for write in writes):
                self._runs.look_up()
            with self._changed:
                self._backlog.replace_records(writes)
        with self._changed:
            return self._backlog.take() if self._backlog else None

    def _finish_taken(self) -> None:
        with self._changed:
            self._backlog.done()
            self._retry.progress()
            self._changed.notify_all()

    def _note(self) -> None:
        through = self._backlog.through
        if through != self._noted[0]:
            self._ledger.note("mlflow_seq", through)
        self._noted = (through, time.monotonic())


def _counted(count: int) -> str:
    return f"{count} write{'' if count == 1 else 's'}"
