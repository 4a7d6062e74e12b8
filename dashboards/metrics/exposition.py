"""What `/metrics` says."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from dashboards.live import Watch
from dashboards.metrics.families import OF_A_SWEEP, Family, Sample, family, samples_of
from hpo.errors import HpoError, UnknownSweepError
from hpo.results import Line

RECENT_S = 24 * 3600.0  # A sweep that ended is told for so long.
MOST_SWEEPS = 50  # And so many at most, those that run and the newest first: each is about 30 series.
READ_AT_ONCE = (
    3  # Of sweeps that ended, so many are read anew for one answer, which must not take long; the others next.
)
STATES = ("running", "stopped", "finished", "failed", "interrupted")


class Exposition(Collector):
    """The server's sweeps in Prometheus' text format, in a registry of their own.

    Args:
        watch: What is known of the sweeps.
        queue: How many submissions wait, and how many run.
    """

    def __init__(self, watch: Watch, queue: Callable[[], tuple[int, int]] = lambda: (0, 0)) -> None:
        self._watch, self._queue = watch, queue
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[object, list[Sample]]] = {}  # Of sweeps that nobody drives.

    def describe(self) -> list[Family]:
        """None beforehand: it would read the ledger."""
        return []

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """What is told now, and its content type.

        Args:
            accept: The formats that the reader takes, as its Accept header names them.
        """
        encode, content_type = choose_encoder(accept)
        with self._lock:  # A second reader at the same time waits: it costs the ledger nothing then.
            return encode(self._registry), content_type

    def collect(self) -> Iterator[Family]:
        """The metrics, for the registry."""
        try:
            lines = self._watch.sweeps()
            samples = self._of_all(recent(lines, time.time()))
        except HpoError:
            yield _single("hpo_ledger_up", 0.0)
        else:
            yield _single("hpo_ledger_up", 1.0)
            yield from _of_sweeps(lines, samples)
        waiting, running = self._queue()
        yield _single("hpo_queue_length", waiting)
        yield _single("hpo_queue_running", running)
        yield _single("hpo_watchers", sum(self._watch.watched.values()))
        if self._watch.place.output_dir.is_dir():
            disk = shutil.disk_usage(self._watch.place.output_dir)
            yield _single("hpo_disk_free_bytes", disk.free)
            yield _single("hpo_disk_size_bytes", disk.total)

    def _of_all(self, lines: list[Line]) -> list[Sample]:
        """Those of the sweeps that run, and of the others, which are read once."""
        names = {line.name for line in lines}
        self._kept = {name: kept for name, kept in self._kept.items() if name in names}
        found, unread = [], READ_AT_ONCE
        for line in lines:
            same = (line.started_at, line.state, line.spent_s, dict(line.counts))
            kept = self._kept.get(line.name)
            if line.goes_on:
                found += self._read(line)
                continue
            if (kept is None or kept[0] != same) and unread:
                unread -= 1
                kept = self._kept[line.name] = same, self._read(line)
            found += [] if kept is None else kept[1]
        return found

    def _read(self, line: Line) -> list[Sample]:
        try:
            return list(samples_of(line, self._watch.look(line.name)))
        except UnknownSweepError:  # Gone since the list was read.
            return []


def recent(lines: list[Line], now: float) -> list[Line]:
    """The sweeps that are told: those that run, and those that ended not long ago.

    Args:
        lines: All of them, the newest first.
        now: Unix seconds.
    """
    chosen = [line for line in lines if line.goes_on or now - line.left_at < RECENT_S]
    return sorted(chosen, key=lambda line: not line.goes_on)[:MOST_SWEEPS]


def _of_sweeps(lines: list[Line], samples: list[Sample]) -> Iterator[Family]:
    states = Counter(line.state for line in lines)
    every = family("hpo_sweeps")
    for state in STATES:
        every.add_metric((state,), states[state])
    yield every
    families = {name: family(name) for name in OF_A_SWEEP}
    for sample in samples:
        families[sample.name].add_metric(sample.labels, sample.value)
    yield from families.values()


def _single(name: str, value: float) -> Family:
    found = family(name)
    found.add_metric((), value)
    return found
