"""The newest figures as JSON, each made once for all who look at it."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from hpo.results import Look

MOST_BYTES = 24 * 2**20  # Kept.
PATIENCE = 10  # A figure that took long to make stands for so many times as long: training has the cores.
WAIT_S = 10.0  # For one that is being made: whoever waits holds one of the server's few threads.
SOON_S = 5.0  # Until it is worth trying again what others' figures or the ledger were in the way of.
Stamp = list[Any]


class NotMadeError(Exception):
    """A figure could not be made. Its text is for the person.

    Attributes:
        again_s: Seconds after which it is worth trying again.
    """

    def __init__(self, text: str, again_s: float) -> None:
        self.again_s = again_s
        super().__init__(text)


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
    """For any number of threads.

    Args:
        wait_s: How long one waits for a figure that another is making, where no older one can be shown.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._found: OrderedDict[tuple[str, ...], Made] = OrderedDict()  # The last used at the end.
        self._making: set[tuple[str, ...]] = set()
        self._done = threading.Condition()

    def get(self, looks: tuple[Look, ...], what: str, make: Callable[[], str], redact: Callable[[str], str]) -> Made:
        """A figure; made where none is kept that is new enough. The older one, while that is made or cannot be.

        Args:
            looks: The sweeps that it is of.
            what: Which of their figures.
            make: Makes it, as `packed` has it.
            redact: Takes secrets out of texts.

        Raises:
            NotMadeError: There is none.
        """
        key = (*(f"{look.name} {look.about.get('sweep_id', '')}" for look in looks), what)
        stamps = list(map(stamp, looks))
        with self._done:
            if not self._done.wait_for(lambda: key in self._found or key not in self._making, self._wait_s):
                raise NotMadeError("The figure is still being made. It is tried again soon.", SOON_S)
            kept = self._found.get(key)
            if kept is not None and (key in self._making or kept.stamps == stamps or time.monotonic() <= kept.until):
                self._found.move_to_end(key)
                return kept
            self._making.add(key)
        made = kept
        try:
            made = _made(stamps, make, redact)
        except NotMadeError as error:
            if kept is None:
                raise
            made = replace(kept, until=time.monotonic() + error.again_s)
        finally:
            with self._done:
                if made is not None:
                    self._keep(key, made)
                self._making.discard(key)
                self._done.notify_all()
        return made

    def _keep(self, key: tuple[str, ...], made: Made) -> None:
        self._found[key] = made
        self._found.move_to_end(key)
        while len(self._found) > 1 and sum(len(one.body) for one in self._found.values()) > MOST_BYTES:
            self._found.popitem(last=False)


def _made(stamps: list[Stamp], make: Callable[[], str], redact: Callable[[str], str]) -> Made:
    begun = time.monotonic()
    body = redact(make()).encode()
    now = time.monotonic()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Made(stamps, body, etag, now + PATIENCE * (now - begun))


def stamp(look: Look) -> Stamp:
    """What is another when there is something new to draw; JSON values."""
    about = look.about
    over = [about.get("status"), look.status.state, "confirmation" in about]
    return [about.get("sweep_id"), look.seq, look.confirming_seq, len(look.confirming), *over]


def packed(figure: go.Figure | None) -> str:
    """A figure as pages take it; empty: there is nothing to show."""
    if figure is None:
        return ""
    found = figure.to_plotly_json()
    finding = (found["layout"].get("meta") or {}).get("finding", "")
    whole = {"data": found["data"], "layout": found["layout"], "message": finding}
    return json.dumps(whole, cls=PlotlyJSONEncoder, separators=(",", ":"))
