"""The newest figures as JSON, each made once for all who look at it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from hpo.results import Look, newest

MOST_BYTES = 12 * 2**20  # Kept.
PATIENCE = 10  # A figure that took long to make stands for so many times as long: training has the cores.
Stamp = list[Any]


@dataclass(frozen=True)
class Made:
    """A figure's data.

    Attributes:
        stamps: How each of its sweeps stood.
        body: JSON; empty: there is nothing to show.
        etag: Changes with the content.
        until: By the clock, until when it may stand though there are newer events.
    """

    stamps: list[Stamp]
    body: bytes
    etag: str
    until: float

    def newer_in_s(self, looks: tuple[Look, ...]) -> float:
        """Seconds until a newer one is made; 0: it is as new as the sweeps are."""
        return 0.0 if self.stamps == list(map(stamp, looks)) else max(0.5, self.until - time.monotonic())


class Drawn:
    """For any number of threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, ...], Made] = OrderedDict()  # The last used at the end.
        self._lock = threading.Lock()

    def get(self, looks: tuple[Look, ...], what: str, make: Callable[[], str], redact: Callable[[str], str]) -> Made:
        """A figure; made where none is kept that is new enough.

        Args:
            looks: The sweeps that it is of.
            what: Which of their figures.
            make: Makes it, as `packed` has it.
            redact: Takes secrets out of texts.
        """
        key = (*(f"{look.name} {look.about.get('sweep_id', '')}" for look in looks), what)
        stamps = list(map(stamp, looks))
        with self._lock:  # One at a time: they are made of the same looks, and the cores are needed elsewhere.
            kept = self._found.pop(key, None)
            begun = time.monotonic()
            if kept is None or (kept.stamps != stamps and begun > kept.until):
                body = redact(make()).encode()
                now = time.monotonic()
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                kept = Made(stamps, body, etag, now + PATIENCE * (now - begun))
            self._found[key] = kept
            while len(self._found) > 1 and sum(len(made.body) for made in self._found.values()) > MOST_BYTES:
                self._found.popitem(last=False)
            return kept


def stamp(look: Look) -> Stamp:
    """What is another when there is something new to draw; JSON values."""
    about = look.about
    confirming = max((newest(record) for record in look.confirming), default=-1)
    over = [about.get("status"), look.status.state, "confirmation" in about]
    return [about.get("sweep_id"), look.seq, confirming, len(look.confirming), *over]


def packed(figure: go.Figure | None) -> str:
    """A figure as pages take it; empty: there is nothing to show."""
    if figure is None:
        return ""
    found = figure.to_plotly_json()
    finding = (found["layout"].get("meta") or {}).get("finding", "")
    whole = {"data": found["data"], "layout": found["layout"], "message": finding}
    return json.dumps(whole, cls=PlotlyJSONEncoder, separators=(",", ":"))
