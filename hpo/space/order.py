"""Puts dimensions after what their conditions depend on, or shows the circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hpo.space.dimension import Dimension


def in_dependency_order(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """Each dimension after those it depends on, otherwise as given. There must be no circle."""
    waiting, done, ordered = list(dimensions), set[str](), list[Dimension]()
    while waiting:
        ready = next((d for d in waiting if all(c.on in done for c in d.when)), None)
        if ready is None:
            raise ValueError(f"conditions in a circle, or on unknown dimensions: {[d.name for d in waiting]}")
        waiting.remove(ready)
        done.add(ready.name)
        ordered.append(ready)
    return tuple(ordered)


def circle_in(depends_on: Mapping[str, Iterable[str]]) -> list[str] | None:
    """The names along a circle of conditions, the first one repeated at the end; None when there is none."""
    clear: set[str] = set()
    for start in depends_on:
        found = _follow(start, depends_on, [], clear)
        if found:
            return found
    return None


def _follow(name: str, depends_on: Mapping[str, Iterable[str]], path: list[str], clear: set[str]) -> list[str] | None:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in clear:
        return None
    for on in depends_on.get(name, ()):
        found = _follow(on, depends_on, [*path, name], clear)
        if found:
            return found
    clear.add(name)
    return None
