"""The newest figures as JSON, each made once for all who look at it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from hpo.results import Look

MOST_BYTES = 24 * 2**20  # Kept.
PATIENCE = 10  # A figure that took long to make stands for so many times as long: training has the cores.


@dataclass(frozen=True)
class Made:
    """A figure's data.

    Attributes:
        seqs: The newest event of each of its sweeps in it.
        body: JSON; empty: there is nothing to show.
        etag: Changes with the content.
        until: By the clock, until when it may stand though there are newer events.
    """

    seqs: tuple[int, ...]
    body: bytes
    etag: str
    until: float

    def newer_in_s(self, looks: tuple[Look, ...]) -> float:
        """Seconds until a newer one is made; 0: it is as new as the sweeps are."""
        return 0.0 if self.seqs == _seqs(looks) else max(0.5, self.until - time.monotonic())


class Drawn:
    """For any number of threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, ...], Made] = OrderedDict()  # The last used at the end.
        self._lock = threading.Lock()

    def get(
        self, looks: tuple[Look, ...], what: str, make: Callable[[], go.Figure | None], redact: Callable[[str], str]
    ) -> Made:
        """A figure; made where none is kept that is new enough.

        Args:
            looks: The sweeps that it is of.
            what: Which of their figures.
            make: Makes it; None: there is nothing to show.
            redact: Takes secrets out of texts.
        """
        key = (*(f"{look.name} {look.about.get('sweep_id', '')}" for look in looks), what)
        seqs = _seqs(looks)
        with self._lock:  # One at a time: they are made of the same looks, and the cores are needed elsewhere.
            kept = self._found.pop(key, None)
            begun = time.monotonic()
            if kept is None or (kept.seqs != seqs and begun > kept.until):
                body = _packed(make(), redact)
                now = time.monotonic()
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                kept = Made(seqs, body, etag, now + PATIENCE * (now - begun))
            self._found[key] = kept
            while len(self._found) > 1 and sum(len(made.body) for made in self._found.values()) > MOST_BYTES:
                self._found.popitem(last=False)
            return kept


def _seqs(looks: tuple[Look, ...]) -> tuple[int, ...]:
    return tuple(look.seq for look in looks)


def _packed(figure: go.Figure | None, redact: Callable[[str], str]) -> bytes:
    if figure is None:
        return b""
    found = figure.to_plotly_json()
    finding = (found["layout"].get("meta") or {}).get("finding", "")
    whole = {"data": found["data"], "layout": found["layout"], "message": finding}
    return redact(json.dumps(whole, cls=PlotlyJSONEncoder, separators=(",", ":"))).encode()
