"""Slows down whoever guesses."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

MOST_FAILURES = 10
WINDOW_S = 60.0
MOST_PEERS = 10_000


class Throttle:
    """Counts failed attempts by where they come from."""

    def __init__(self, most: int = MOST_FAILURES, window_s: float = WINDOW_S) -> None:
        self._most, self._window_s = most, window_s
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, peer: str) -> int:
        """Whole seconds that a peer has to wait; 0: none."""
        with self._lock:
            since, count = self._failures.get(peer, (0.0, 0))
        left = since + self._window_s - time.monotonic()
        return max(1, round(left)) if count >= self._most and left > 0 else 0

    def failed(self, peer: str) -> None:
        """An attempt failed."""
        now = time.monotonic()
        with self._lock:
            since, count = self._failures.pop(peer, (now, 0))
            if now - since > self._window_s:
                since, count = now, 0
            self._failures[peer] = since, count + 1
            while len(self._failures) > MOST_PEERS:
                self._failures.popitem(last=False)
