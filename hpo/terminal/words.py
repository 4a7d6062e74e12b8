"""Values, times and parameters as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpo.ledger import State

STYLES = {
    State.WAITING: "dim",
    State.RUNNING: "cyan",
    State.PAUSED: "blue",
    State.COMPLETE: "green",
    State.PRUNED: "yellow",
    State.FAILED: "red",
}


def number(value: Any) -> str:
    """A number short enough for a table: 4 significant digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "-" if value is None else str(value)
    return f"{value:.4g}"


def seconds(value: float) -> str:
    """`42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def params(values: Mapping[str, Any]) -> str:
    """`learning_rate=0.0003 batch_size=16`: the last part of each name, the whole where that is not unique."""
    last = [name.rsplit(".", 1)[-1] for name in values]
    short = {name: part if last.count(part) == 1 else name for name, part in zip(values, last, strict=True)}
    return " ".join(f"{short[name]}={number(value)}" for name, value in values.items())
