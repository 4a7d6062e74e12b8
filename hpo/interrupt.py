"""Ctrl-C, heard once as a wish and twice as an order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console


class Interrupt:
    """Ctrl-C: the first ends the sweep in order, the second at once."""

    def __init__(self, console: Console) -> None:
        self.asked = threading.Event()
        self._console = console

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT for the time of the block; in a thread other than the main one nothing changes."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._on_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked.is_set():
            raise KeyboardInterrupt
        self.asked.set()
        self._console.print("stopping: trials are ended and recorded; Ctrl-C again to stop at once", style="yellow")
