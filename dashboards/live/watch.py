"""What pages and API know of sweeps, at a cost that does not grow with those who ask."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial

from dashboards.live.outage import Outage
from dashboards.live.shelf import Shelf
from dashboards.live.update import Update
from dashboards.live.watcher import POLL_S, Listener, Watcher
from hpo.errors import HpoError
from hpo.results import Line, Lines, Look, Place

WARM = 2  # Sweeps that are read before anyone asks.


class Watch:
    """All sweeps of a place. For any number of threads and event loops.

    Args:
        place: Where the sweeps are.
        poll_s: Seconds between two looks at a sweep, and the greatest age of what is told.
    """

    def __init__(self, place: Place, poll_s: float = POLL_S) -> None:
        self.place, self._poll_s = place.for_pages(), poll_s
        self._shelf = Shelf(self.place)
        self._lines, self._lines_lock, self._outage = Lines(self.place), threading.Lock(), Outage(time.monotonic)
        self._listed: tuple[float, list[Line]] | None = None
        self._watchers: dict[str, Watcher] = {}
        self._lock = threading.Lock()
        self._closed = False

    def sweeps(self) -> list[Line]:
        """All sweeps, the newest first, a line each.

        Raises:
            LedgerError: The ledger does not answer.
        """
        asked_at = time.monotonic()
        with self._lines_lock:
            if self._listed is None or time.monotonic() - self._listed[0] > self._poll_s:
                with self._outage.told(asked_at):
                    self._listed = time.monotonic(), self._lines.read()
            return list(self._listed[1])

    def warm(self) -> None:
        """Read what is asked for first: the sweeps that run, or else the newest. What cannot be read is left."""
        with suppress(HpoError):
            lines = self.sweeps()
            for line in ([line for line in lines if line.goes_on] or lines)[:WARM]:
                self.look(line.name)

    def look(self, name: str) -> Look:
        """All that is known of a sweep.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The ledger does not answer.
        """
        return self._shelf.look(name, self._poll_s)

    async def events(self, name: str, since: int | None = None) -> AsyncGenerator[Update, None]:
        """What happens in a sweep, from now on until it ends: at once how it stands, then whatever is new.

        One who is slow to take an update misses none of the sweep's events, since each update tells all that came after
        the one before, but is told of them together. When the ledger is away, the updates say so, and go on.

        Args:
            name: The sweep's.
            since: Number of the newest event that the listener knows: `Look.seq` or `Update.seq`; None: everything
                that was before the call is known.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The ledger does not answer, and has not before.
        """
        listener = Listener()
        watcher = self._join(name, listener)
        try:
            while True:
                await listener.wait()
                if watcher.closed:
                    return
                update = watcher.update(since)
                yield update
                if update.over:
                    return
                since = update.seq
        finally:
            self._leave(name, watcher, listener)

    @property
    def watched(self) -> dict[str, int]:
        """How many listen to each sweep that is read."""
        with self._lock:
            return {name: watcher.listeners for name, watcher in self._watchers.items()}

    def close(self) -> None:
        """End all events, so that a server can end."""
        with self._lock:
            self._closed = True
            watchers = tuple(self._watchers.values())
        for watcher in watchers:
            watcher.close()

    def _join(self, name: str, listener: Listener) -> Watcher:
        with self._lock:
            watcher = self._watchers.get(name)
            if watcher is None:
                watcher = Watcher(partial(self._shelf.look, name, self._poll_s / 2), self._poll_s)
                self._watchers[name] = watcher
                self._shelf.hold(name, 1)
                watcher.start()
            watcher.join(listener)
            if self._closed:
                watcher.close()
            return watcher

    def _leave(self, name: str, watcher: Watcher, listener: Listener) -> None:
        with self._lock:
            if watcher.leave(listener) == 0:
                watcher.close()
                self._shelf.hold(name, -1)
                del self._watchers[name]
