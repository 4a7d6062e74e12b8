"""Ctrl-C, heard once as a wish and twice as an order; and SIGTERM, as a machine that is taken away sends it."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hpo.ledger import hurry


class Interrupt:
    """The first Ctrl-C, or SIGTERM, lets the trials leave with a checkpoint; the second Ctrl-C does not wait for them.

    Attributes:
        why: What was heard first; empty: nothing.
        in_a_hurry: Whether the machine is about to go.
        say: Tells the person what comes of the first Ctrl-C.
    """

    def __init__(self) -> None:
        self.why = ""
        self.in_a_hurry = False
        self.say: Callable[[str], None] = lambda text: None
        self._at_once = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT for the time of the block; in a thread other than the main one nothing changes."""
        with _handling(signal.SIGINT, self._on_sigint):
            yield

    @contextmanager
    def hearing_sigterm(self) -> Iterator[None]:
        """Take SIGTERM for the time of the block. Inside of Ray's: Ray has a handler of its own."""
        with _handling(signal.SIGTERM, self._on_sigterm):
            yield

    def at_once(self) -> None:
        """Break off the main thread, from another one, wherever it is."""
        self._at_once = True
        _thread.interrupt_main()

    def _on_sigint(self, number: int, frame: FrameType | None) -> None:
        if self.why or self._at_once:
            hurry()
            raise KeyboardInterrupt
        self.why = "Ctrl-C"
        self.say("stopping: each trial writes a checkpoint after its current step; Ctrl-C again to stop at once")

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        self.why = self.why or "SIGTERM"
        self.in_a_hurry = True


@contextmanager
def _handling(number: signal.Signals, handler: object) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(number, before)
