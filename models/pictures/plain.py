"""Values as JSON has them, and texts as a page has room for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

DIGITS = 6  # Of a number that is for the eye.
LONGEST = 300  # Characters of a text.
CUT = "…"


def plain(value: Any) -> Any:
    """Dataclasses, mappings and sequences as JSON values; floats with six digits, null where they are not finite."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    if isinstance(value, int):
        return value
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def clipped(text: str, around: int = 0, longest: int = LONGEST) -> str:
    """At most `longest` characters of a text, and a mark where it was cut.

    Args:
        around: A character that is to stay.
        longest: Of the result, the marks left out.
    """
    if len(text) <= longest:
        return text
    start = min(max(0, around - longest // 3), len(text) - longest)
    inside = text[start : start + longest].strip()
    return f"{CUT if start else ''}{inside}{CUT if start + longest < len(text) else ''}"


def texts_of(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, str]:
    """The texts of a row that have these keys, clipped."""
    return {key: clipped(row[key]) for key in keys if key in row}
