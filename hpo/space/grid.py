"""Every distinct point of a finite space, each once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpo.space.dimension import Dimension
from models.errors import InputError, Problem


def active(dimension: Dimension, values: Mapping[str, Any]) -> bool:
    """Whether the dimension is part of a trial with these values; an inactive one's name is missing from them."""
    return all(c.on in values and c.holds(values[c.on]) for c in dimension.when)


def grid_problems(dimensions: Sequence[Dimension]) -> list[Problem]:
    """The dimensions that have no end of values."""
    return [
        Problem(
            f"space.{d.name}", f"a grid needs a finite list, got every number of {d.extent}", "give step or choices"
        )
        for d in dimensions
        if d.size is None
    ]


def grid_points(dimensions: Sequence[Dimension]) -> Iterator[dict[str, Any]]:
    """The points in order, the last dimension changing fastest; an inactive dimension does not multiply them.

    Raises:
        InputError: A dimension has no end of values.
    """
    _need_finite(dimensions)
    return _points(dimensions, {})


def grid_size(dimensions: Sequence[Dimension]) -> int:
    """The number of points, without going through them all: only those dimensions are walked on which others depend.

    Raises:
        InputError: A dimension has no end of values.
    """
    _need_finite(dimensions)
    parents = {condition.on for dimension in dimensions for condition in dimension.when}
    inner = [d for d in dimensions if d.name in parents]
    leaves = [d for d in dimensions if d.name not in parents]
    return sum(math.prod(d.size or 0 for d in leaves if active(d, point)) for point in _points(inner, {}))


def _need_finite(dimensions: Sequence[Dimension]) -> None:
    problems = grid_problems(dimensions)
    if problems:
        raise InputError(problems)


def _points(dimensions: Sequence[Dimension], values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not dimensions:
        yield dict(values)
        return
    first, rest = dimensions[0], dimensions[1:]
    if not active(first, values):
        yield from _points(rest, values)
        return
    for value in first.values():
        yield from _points(rest, {**values, first.name: value})
