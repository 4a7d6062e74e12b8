"""Seconds spent in each part of a training."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Clock:
    """Adds up wall-clock seconds by part; time outside any part (a slow listener) is counted nowhere.

    The time from its making to the first `start_training` counts as `load`.
    """

    def __init__(self) -> None:
        self.total_s: dict[str, float] = {}
        self._made = time.perf_counter()
        self._loading = True
        self._training_since: float | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time within as `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._add(name, time.perf_counter() - start)

    def start_training(self) -> None:
        """From now on, time counts as training."""
        self._training_since = time.perf_counter()
        if self._loading:
            self._add("load", self._training_since - self._made)
            self._loading = False

    def stop_training(self) -> float:
        """Until now. Returns the seconds since `start_training`."""
        if self._training_since is None:
            return 0.0
        seconds = time.perf_counter() - self._training_since
        self._training_since = None
        self._add("train", seconds)
        return seconds

    def go_on(self, total_s: Mapping[str, float]) -> None:
        """Take over the seconds of a training that was interrupted; loading anew counts too."""
        for name, seconds in total_s.items():
            self._add(name, seconds)

    def of(self, name: str) -> float:
        """Seconds of a part so far."""
        return self.total_s.get(name, 0.0)

    def _add(self, name: str, seconds: float) -> None:
        self.total_s[name] = self.of(name) + seconds
