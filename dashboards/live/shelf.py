"""Looks at sweeps, kept for a moment, so that many who ask at once cost as much as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dashboards.live.outage import Outage
from hpo.errors import UnknownSweepError
from hpo.results import Look, Place, Reader

KEPT_EVALUATIONS = 75_000  # Of sweeps that nobody watches, beside the one asked for last: about 100 MiB.
KEPT_S = 1800.0


@dataclass
class _Entry:
    """One sweep's reader, and what it saw last.

    Attributes:
        read_at, asked_at: By the shelf's clock, seconds.
        held: How many watch it.
    """

    outage: Outage
    lock: threading.Lock = field(default_factory=threading.Lock)
    reader: Reader | None = None
    look: Look | None = None
    read_at: float = 0.0
    asked_at: float = 0.0
    held: int = 0

    @property
    def evaluations(self) -> int:
        """How many it remembers."""
        return 0 if self.look is None else sum(len(record.evaluations) for record in self.look.records)


class Shelf:
    """The newest looks. For any number of threads.

    Args:
        place: Where the sweeps are.
        clock: Seconds that only grow.
    """

    def __init__(self, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self._place, self._clock = place, clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}

    def look(self, name: str, age_s: float) -> Look:
        """A look at a sweep.

        Args:
            name: The sweep's.
            age_s: How old it may be.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The ledger does not answer.
        """
        asked_at = self._clock()
        with self._lock:
            entry = self._entries.setdefault(name, _Entry(Outage(self._clock)))
            entry.asked_at = asked_at
            self._drop_old(asked_at)
        try:
            with entry.lock:
                # One that was read while this call waited for the lock is as new as can be.
                if entry.look is None or entry.read_at < asked_at - age_s:
                    with entry.outage.told(asked_at):
                        if entry.reader is None:
                            entry.reader = Reader(self._place, name)
                        entry.look, entry.read_at = entry.reader.look(), self._clock()
                return entry.look
        except UnknownSweepError:
            self._drop(name)
            raise

    def hold(self, name: str, by: int) -> None:
        """Keep a sweep's reader while somebody watches it.

        Args:
            name: The sweep's.
            by: 1: one more; -1: one less.
        """
        with self._lock:
            entry = self._entries.setdefault(name, _Entry(Outage(self._clock)))
            entry.held += by
            entry.asked_at = self._clock()

    def _drop(self, name: str) -> None:
        with self._lock:
            entry = self._entries.get(name)
            if entry is not None and not entry.held:
                del self._entries[name]

    def _drop_old(self, now: float) -> None:
        """Keep those asked for of late, as many as there is room for."""
        room = KEPT_EVALUATIONS
        idle = ((entry.asked_at, name) for name, entry in self._entries.items() if not entry.held)
        for place, (asked_at, name) in enumerate(sorted(idle, reverse=True)):
            room -= self._entries[name].evaluations
            if now - asked_at > KEPT_S or (place and room < 0):
                del self._entries[name]
