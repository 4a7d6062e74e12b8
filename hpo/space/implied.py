"""Which options of a config group a dimension's conditions leave possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def implied_options(
    name: str, group: str, options: Iterable[str], raw: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...]:
    """The options of `group` under which `name` can be active.

    Conditions count also through others: what needs `tuning.rank`, which needs `tuning: lora`, needs `tuning: lora`.

    Args:
        name: Dotted name of a raw dimension.
        group: Name of the group's own dimension (`tuning`).
        options: The options it chooses among.
        raw: Reserved keys of every raw dimension.
    """
    return tuple(option for option in options if _possible(name, group, option, raw, frozenset()))


def _possible(name: str, group: str, option: str, raw: Mapping[str, Mapping[str, Any]], seen: frozenset[str]) -> bool:
    when = raw[name].get("when") if name in raw else None
    if name in seen or not isinstance(when, Mapping):
        return True
    for on, wanted in when.items():
        if on == group and option not in (wanted if isinstance(wanted, (list, tuple)) else [wanted]):
            return False
        if on != group and not _possible(str(on), group, option, raw, seen | {name}):
            return False
    return True
