"""Reads one sweep again and again, for all who watch it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboards.live.update import Update, update_of
from hpo.errors import HpoError, UnknownSweepError
from hpo.results import Look

POLL_S = 1.0
SHARE = 4.0  # A pause is at least so many times as long as the reading before it: training has the cores.
BEAT_S = 5.0  # So often those who watch hear of a sweep in which nothing happens: the clock goes on.
GRACE_S = 10.0  # So long a sweep may be without a driver before it counts as left: one that begins has none yet.
INTERRUPTED = "interrupted"


class Listener:
    """One who watches. What they miss is not kept: they are told the newest when they are ready for it.

    To be made in the event loop in which it waits.
    """

    def __init__(self) -> None:
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()

    def wake(self) -> None:
        """Say that there is news; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def wait(self) -> None:
        """Wait for news."""
        await self._news.wait()
        self._news.clear()


@dataclass(frozen=True)
class Seen:
    """What the watcher saw last.

    Attributes:
        look: None: it has not seen the sweep yet.
        at: When, Unix seconds.
        over: Whether nothing more comes.
        error: Why nothing newer could be read.
    """

    look: Look | None = None
    at: float = 0.0
    over: bool = False
    error: HpoError | None = None

    @property
    def gist(self) -> tuple[object, ...]:
        """What makes it news."""
        if self.look is None:
            return (str(self.error),)
        look, status = self.look, self.look.status
        events = (look.seq, look.confirming_seq, len(look.confirming), look.busy)
        facts = (status.state, status.counts, status.requests, status.budget.to_dict())
        return (*events, *facts, look.slots, self.over, str(self.error or ""))


class Watcher:
    """A thread that reads one sweep as long as somebody listens, and the sweep goes on.

    Args:
        read: A fresh look at the sweep.
        poll_s: Seconds between two.
    """

    def __init__(self, read: Callable[[], Look], poll_s: float = POLL_S) -> None:
        self._read, self._poll_s = read, poll_s
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._seen = Seen()
        self._updates: dict[int | None, Update] = {}  # Of what was seen last, by what is known.
        self._closing = threading.Event()
        self._left_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="sweep-watcher", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """Stop reading, and let all who listen go."""
        self._closing.set()
        self._wake()

    @property
    def closed(self) -> bool:
        """Whether it has stopped."""
        return self._closing.is_set()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def join(self, listener: Listener) -> None:
        """One more listens."""
        with self._lock:
            self._listeners.add(listener)
            if self._seen.look is not None or self._seen.error is not None:
                listener.wake()

    def leave(self, listener: Listener) -> int:
        """One less does. Returns how many still do."""
        with self._lock:
            self._listeners.discard(listener)
            return len(self._listeners)

    def update(self, since: int | None) -> Update:
        """What is new for one who knows the sweep up to an event.

        Raises:
            HpoError: The sweep was never seen, for this reason.
        """
        with self._lock:
            seen = self._seen
            if seen.look is None:
                assert seen.error is not None
                raise seen.error
            if since not in self._updates:
                outage = str(seen.error or "")
                self._updates[since] = update_of(seen.look, since, at=seen.at, over=seen.over, outage=outage)
            return self._updates[since]

    def _run(self) -> None:
        told_at = 0.0
        while not self._closing.is_set():
            begun = time.monotonic()
            seen = self._look()
            now = time.monotonic()
            with self._lock:
                is_news = seen.gist != self._seen.gist or now - told_at > BEAT_S
                self._seen, self._updates = seen, {}
            if is_news:
                told_at = now
                self._wake()
            self._closing.wait(max(self._poll_s, SHARE * (now - begun)))

    def _look(self) -> Seen:
        try:
            look = self._read()
        except UnknownSweepError as error:
            return Seen(self._seen.look, self._seen.at, True, error)
        except HpoError as error:
            return Seen(self._seen.look, self._seen.at, False, error)
        return Seen(look, time.time(), self._is_over(look))

    def _is_over(self, look: Look) -> bool:
        if look.status.goes_on:
            self._left_at = None
            return False
        now = time.monotonic()
        self._left_at = now if self._left_at is None else self._left_at
        return look.status.state != INTERRUPTED or now - self._left_at > GRACE_S

    def _wake(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.wake()
