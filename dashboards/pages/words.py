"""Values, times and names as people read them; the filters of the templates."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

NOTHING = "\N{EN DASH}"
DIGITS = 4


def number(value: Any, digits: int = DIGITS) -> str:
    """A number short enough for a table: 4 significant digits; a text as it is; what is missing as a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    if isinstance(value, float):
        return f"{value:.{digits}g}" if math.isfinite(value) else str(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(number(item) for item in value)
    return str(value)


def seconds(value: float | None) -> str:
    """`0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`."""
    if value is None:
        return NOTHING
    if 0.05 <= value < 9.95:
        return f"{value:.1f} s"
    whole = max(0, round(value))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def ago(at: float | None, now: float | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 d ago`."""
    if at is None:
        return NOTHING
    past = (time.time() if now is None else now) - at
    if past < 60:
        return "just now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if past >= size:
            return f"{int(past // size)} {unit} ago"
    return "just now"


def moment(at: float | None) -> str:
    """`2026-03-01 14:05:09`, in the server's time zone."""
    return NOTHING if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def machine_moment(at: float | None) -> str:
    """The same for `<time datetime>`: with its zone."""
    return "" if at is None else time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(at))


def percent(fraction: float | None) -> str:
    """`42 %`."""
    return NOTHING if fraction is None else f"{100 * fraction:.0f} %"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 trial`, `2 trials`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def segment(text: str) -> str:
    """A name as one part of a URL's path, whatever is in it."""
    return quote(text, safe="")


def plain(value: Any) -> str:
    """A value as a form has it: a text as it is, all else as JSON, numbers with all their digits."""
    return value if isinstance(value, str) else json.dumps(value)


FILTERS: Mapping[str, Any] = {
    "number": number,
    "seconds": seconds,
    "ago": ago,
    "moment": moment,
    "machine_moment": machine_moment,
    "percent": percent,
    "segment": segment,
}
