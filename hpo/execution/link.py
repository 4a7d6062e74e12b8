"""A trial's end of the line to the driver: whether to write a checkpoint or to leave, and signs of life."""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import FrameType, TracebackType

from hpo.execution.job import TrialJob
from hpo.execution.signals import Channel
from hpo.storage.courier import wait_for_couriers
from models.training import Wish

POLL_S = 0.5
SHARE = 0.05  # At most so much of a trial's time goes into checkpoints.
TRACEBACK_FILE = "hang.txt"
IDLE_GRACE_S = 20.0  # For the weights of an earlier trial that are on their way to the store.

_preempted = threading.Event()  # SIGTERM concerns the whole process, so it outlives a trial.
_training = threading.Event()


def listen_for_sigterm() -> None:
    """From now on, SIGTERM lets the training of this process leave with a checkpoint; an idle process ends.

    Called in the main thread of the trial's process.
    """

    def on_sigterm(number: int, frame: FrameType | None) -> None:
        _preempted.set()
        if not _training.is_set():
            wait_for_couriers(IDLE_GRACE_S)
            sys.exit(128 + number)

    signal.signal(signal.SIGTERM, on_sigterm)


class Link:
    """Use as a context manager around the training of one job. `wish` is what the training asks after each step.

    Args:
        job: The training.
        folder: Where it writes.
        clock: Seconds that only grow.

    Attributes:
        preempted: Whether the process was told to end.
    """

    def __init__(self, job: TrialJob, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._job, self._folder, self._clock = job, folder, clock
        self._channel = Channel(job.sweep_id, job.number, job.attempt)
        self._over, self._leave = threading.Event(), threading.Event()
        self._signs = 0
        self._pace = Pace(job.checkpoint_every_s, clock)
        self._thread = threading.Thread(target=self._talk, name="link", daemon=True)

    @property
    def preempted(self) -> bool:
        """Whether the process was told to end."""
        return _preempted.is_set()

    def __enter__(self) -> Link:
        _training.set()
        self.sign()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        faulthandler.cancel_dump_traceback_later()
        _training.clear()

    def sign(self) -> None:
        """Something was done."""
        self._signs += 1

    def listen(self) -> None:
        """Hear now whether it is to leave, where the driver may have just said so."""
        self.sign()
        if self._channel.asked_to_leave():
            self._leave.set()

    def wish(self, step: int) -> Wish:
        """What the training is to do after this step."""
        self.sign()
        if self._leave.is_set() or self.preempted:
            return Wish.LEAVE
        return Wish.SAVE if self._pace.due() else Wish.GO_ON

    def _talk(self) -> None:
        with self._traceback_file() as file:
            told = -1
            while not self._over.is_set():
                if self._signs != told:
                    told = self._signs
                    self._channel.sign(told)
                    if self._job.timeout_s is not None:  # Where it hangs is written shortly before it is killed.
                        faulthandler.dump_traceback_later(self._job.timeout_s * 0.9, file=file)
                if self._channel.asked_to_leave():
                    self._leave.set()
                self._over.wait(POLL_S)

    def _traceback_file(self) -> TextIOWrapper:
        self._folder.mkdir(parents=True, exist_ok=True)
        return (self._folder / TRACEBACK_FILE).open("w", encoding="utf-8")


class Pace:
    """When the next checkpoint is due: after so many seconds, or later where writing one takes long.

    Asked after every step; what passes between a `due` that was true and the next question, beyond a usual step, is
    what the checkpoint took.
    """

    def __init__(self, every_s: float, clock: Callable[[], float]) -> None:
        self._every_s, self._clock = every_s, clock
        self._last = self._asked = clock()
        self._step_s = self._cost_s = 0.0
        self._saving = False

    def due(self) -> bool:
        """Whether a checkpoint is to be written now."""
        now = self._clock()
        passed, self._asked = now - self._asked, now
        if self._saving:
            self._cost_s, self._saving = max(0.0, passed - self._step_s), False
            self._last = now
        else:
            self._step_s = passed if self._step_s == 0 else 0.9 * self._step_s + 0.1 * passed
        self._saving = now - self._last >= max(self._every_s, self._cost_s / SHARE)
        return self._saving
