"""Takes one stay's checkpoints and best weights to the store, in the background."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path

from hpo.storage.deposits import Deposit, Kind, deposits
from hpo.storage.store import PATIENCE_S, Store
from models.remote import Patience

GRACE_S = 60.0  # For a training that ended otherwise than by itself: so long its weights may still be on their way.
BEAT_S = 1.0

_busy: set[Courier] = set()


class Courier:
    """Sends what it is given, the best weights before the checkpoint that refers to them, the newest of each alone.

    While the training runs, a store that is away is waited for without end: something newer will follow.

    Args:
        url: The sweep's folder in the store.
        number: Of the trial.
        attempt: Which of its stays in a slot.
        outbox: Folder on the node's disk, on the file system of what is sent; removed when all is sent.
    """

    def __init__(self, url: str, number: int, attempt: int, outbox: Path) -> None:
        self._store = Store(url, Patience(self._is_over, self._pause))
        self._number, self._attempt, self._outbox = number, attempt, outbox
        self._waiting: dict[Kind, Deposit] = {}
        self._changed = threading.Condition()
        self._deadline: float | None = None  # Set when nothing more will be given.
        self._abandoned = False
        _busy.add(self)
        self._work: Future[None] = Future()
        self._work.add_done_callback(lambda _: _busy.discard(self))
        threading.Thread(target=self._run, name="courier").start()

    def take(self, kind: Kind, step: int, folder: Path) -> None:
        """Send a folder as it is now; what was waiting in its place is not sent.

        Raises:
            RemoteError: The store refused something before.
        """
        self.check()
        deposit = Deposit(step, self._attempt, self._number, kind)
        with self._changed:
            before = self._waiting.pop(kind, None)
            if before is not None:
                shutil.rmtree(self._parcel(before), ignore_errors=True)
            shutil.copytree(folder, self._parcel(deposit), copy_function=_link)
            self._waiting[kind] = deposit
            self._changed.notify_all()

    def check(self) -> None:
        """Say what went wrong, if something did.

        Raises:
            RemoteError: The store refused.
        """
        if self._work.done():
            self._work.result()

    def finish(self, *, with_checkpoint: bool, beat: Callable[[], None]) -> None:
        """Wait until everything is in the store.

        Args:
            with_checkpoint: Whether the checkpoint is still needed.
            beat: Called about once a second.

        Raises:
            RemoteError: The store refused, or was away too long.
        """
        self._close(PATIENCE_S, with_checkpoint=with_checkpoint)
        while not self._work.done():
            wait([self._work], BEAT_S)
            beat()
        self._work.result()

    def leave(self, *, with_checkpoint: bool, wait_s: float = 0.0) -> None:
        """The training ended otherwise: what is needed is still sent, while the process does other things.

        Args:
            with_checkpoint: Whether the checkpoint is needed.
            wait_s: How long to wait for it at most, in seconds.
        """
        self._close(GRACE_S, with_checkpoint=with_checkpoint)
        wait([self._work], wait_s)

    @property
    def closing(self) -> bool:
        """Whether nothing more is given to it."""
        return self._deadline is not None

    def _close(self, patience_s: float, *, with_checkpoint: bool) -> None:
        with self._changed:
            if not with_checkpoint:
                self._waiting.pop(Kind.CHECKPOINT, None)
                self._abandoned = True
            self._deadline = time.monotonic() + patience_s
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            self._send_all()
        except BaseException as error:  # noqa: BLE001  # It is raised where the training looks next.
            self._work.set_exception(error)
        else:
            self._work.set_result(None)

    def _send_all(self) -> None:
        try:
            while (deposit := self._next()) is not None:
                self._send(deposit)
        finally:
            shutil.rmtree(self._outbox, ignore_errors=True)

    def _next(self) -> Deposit | None:
        """What to send; None: that was all."""
        with self._changed:
            while not self._waiting and not self.closing and threading.main_thread().is_alive():
                self._changed.wait(BEAT_S)
            for kind in (Kind.BEST, Kind.CHECKPOINT):
                if kind in self._waiting:
                    return self._waiting.pop(kind)
        return None

    def _send(self, deposit: Deposit) -> None:
        self._store.put(self._parcel(deposit), deposit.name)
        shutil.rmtree(self._parcel(deposit), ignore_errors=True)
        if deposit.kind is Kind.CHECKPOINT and self._abandoned:
            self._store.remove(deposit.name)
        for other in deposits(self._store, self._number):
            if other.kind is deposit.kind and other < deposit and other.attempt <= deposit.attempt:
                self._store.remove(other.name)

    def _parcel(self, deposit: Deposit) -> Path:
        return self._outbox / f"{deposit.kind}-{deposit.step:08d}"

    def _is_over(self, passed_s: float) -> bool:
        if not threading.main_thread().is_alive():
            return True
        return self._deadline is not None and time.monotonic() > self._deadline

    def _pause(self, seconds: float) -> None:
        """Between two tries. It ends early when the time that is left becomes known."""
        with self._changed:
            self._changed.wait_for(lambda: self.closing, seconds)
        if self.closing:
            time.sleep(min(seconds, BEAT_S))


def wait_for_couriers(timeout_s: float, settle_s: float = 2.0) -> None:
    """Wait for what trainings of this process that have ended still send.

    Args:
        timeout_s: For so long at most.
        settle_s: For a training that is on its way out and has not closed its courier yet.
    """
    begin = time.monotonic()
    while _busy and (passed := time.monotonic() - begin) < timeout_s:
        if passed > settle_s and not any(courier.closing for courier in _busy):
            return
        time.sleep(0.05)


def _link(source: str, target: str) -> None:
    """The same file under another name: what is written is never changed, only replaced."""
    try:
        os.link(source, target)
    except OSError:  # A file system without links.
        shutil.copyfile(source, target)
