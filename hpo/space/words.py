"""How values and names are written in messages and tables."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any


def show(value: Any) -> str:
    """A value as a person writes it in YAML: `null`, `true`, `text`, `[query, value]`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(show(item) for item in value)}]"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def listed(values: Iterable[Any]) -> str:
    """Values with commas between them."""
    return ", ".join(show(value) for value in values)


def nearest(name: str, known: Iterable[str], otherwise: str = "known") -> str:
    """A hint: the known names most like `name`, or all of them when none is alike."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.75)
    if close:
        return f"nearest: {', '.join(close)}"
    return f"{otherwise}: {', '.join(names) or 'none'}"


def stable_json(value: Any) -> str:
    """The same text for the same value, in every process."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
