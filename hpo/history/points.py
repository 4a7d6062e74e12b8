"""Configurations as points in a unit cube, and back: what distances between configurations are taken in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from hpo.space.condition import same
from hpo.space.dimension import Dimension
from hpo.space.grid import active

FAR = 0.5  # Of a range: a value this far outside says nothing about the inside.
ROUNDING = 1e-9  # Of a range: what Optuna's logarithms and steps may be off.
UNKNOWN = 0.5  # Where a value that a configuration does not have is put: the middle.


def unit(dimension: Dimension, value: Any) -> float:
    """Where a number lies in its dimension: 0 at the low end, 1 at the high one, beyond them outside of the range.

    Returns:
        The place on the dimension's own scale; NaN for what has no place on it.
    """
    if not isinstance(dimension, (FloatDimension, IntDimension)):
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (dimension.ends.log and value <= 0):
        return math.nan
    low, high, here = float(dimension.low), float(dimension.high), float(value)
    if low == high:
        return UNKNOWN if here == low else math.nan
    if dimension.ends.log:
        low, high, here = math.log(low), math.log(high), math.log(here)
    return (here - low) / (high - low)


def from_unit(dimension: Dimension, place: float) -> Any:
    """The value of the dimension that is nearest to a place from 0 to 1."""
    if isinstance(dimension, FloatDimension):
        return dimension.decode(_on_scale(dimension.low, dimension.high, dimension.ends.log, place))
    if isinstance(dimension, IntDimension):
        values = dimension.values()
        raw = _on_scale(dimension.low, dimension.high, dimension.ends.log, place)
        return values[min(max(round((raw - dimension.low) / values.step), 0), len(values) - 1)]
    choices = list(dimension.values())
    return choices[min(int(place * len(choices)), len(choices) - 1)]


def fitted(space: Space, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a configuration of another space is in this one.

    Args:
        values: By dotted name, whatever is known of it.

    Returns:
        Its values in the dimensions that would be active, as far as they are known; a number may lie a little outside
        of the range. None when it says nothing about this space: a choice or a number that is too far off.
    """
    found: dict[str, Any] = {}
    for dimension in space.dimensions:
        name = dimension.name
        if not active(dimension, found) or name not in values:
            continue
        value = values[name]
        if isinstance(dimension, CategoricalDimension):
            if not dimension.contains(value):
                return None
        elif not -FAR <= unit(dimension, value) <= 1 + FAR:  # NaN as well.
            return None
        found[name] = value
    return found or None


def still_in(space: Space, stored: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a trial of the sweep itself is in its space, which may have been changed since (`--allow-change`).

    Args:
        stored: Its params as Optuna stores them.

    Returns:
        Its values in the config's form, without those of dimensions that are no more. None when a value is not in its
        dimension any more.
    """
    found: dict[str, Any] = {}
    for dimension in space.dimensions:
        name = dimension.name
        if name not in stored:
            continue
        is_number = not isinstance(dimension, CategoricalDimension)
        if is_number and not -ROUNDING <= unit(dimension, stored[name]) <= 1 + ROUNDING:  # NaN as well.
            return None
        try:
            found[name] = dimension.decode(stored[name])
        except ValueError:
            return None
    return found


class Cube:
    """The unit cube of a space: a column a number, a column a choice of each categorical dimension.

    Attributes:
        owner: Index of the dimension that each column belongs to, shape (columns,).
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        widths = [d.size if isinstance(d, CategoricalDimension) else 1 for d in space.dimensions]
        self.owner = np.repeat(np.arange(len(widths)), [width or 1 for width in widths])

    def points(self, params: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Configurations as points; two choices of a dimension are 1 apart. Shape (configurations, columns)."""
        columns = [column for dimension in self.space.dimensions for column in _columns(dimension, params)]
        return np.array(columns, dtype=np.float64).T.reshape(len(params), len(self.owner))

    def known(self, params: Sequence[Mapping[str, Any]]) -> tuple[bool, ...]:
        """Of which dimensions any of the configurations has a value."""
        names = set().union(*params) if params else set()
        return tuple(dimension.name in names for dimension in self.space.dimensions)


def _columns(dimension: Dimension, params: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    values = [one.get(dimension.name) for one in params]
    if not isinstance(dimension, CategoricalDimension):
        places = [UNKNOWN if value is None else unit(dimension, value) for value in values]
        return [[UNKNOWN if math.isnan(place) else place for place in places]]
    there = [dimension.name in one for one in params]
    return [
        [math.sqrt(0.5) * (has and same(value, choice)) for value, has in zip(values, there, strict=True)]
        for choice in dimension.choices
    ]


def _on_scale(low: float, high: float, log: bool, place: float) -> float:
    if log:
        return math.exp(math.log(low) + place * (math.log(high) - math.log(low)))
    return low + place * (high - low)
