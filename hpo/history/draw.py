"""Draws configurations: anywhere in a space, or near one that was good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.history.points import from_unit, unit
from hpo.space import CategoricalDimension, Space
from hpo.space.dimension import Dimension
from hpo.space.grid import active

NEAR = 0.1  # Standard deviation of a step, of the dimension's range.
OTHER_CHOICE = 0.1  # Chance that a category is drawn anew.


def anywhere(space: Space, rng: np.random.Generator) -> dict[str, Any]:
    """A configuration drawn evenly, on each dimension's own scale."""
    return near(space, {}, rng)


def near(space: Space, params: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """A configuration near another, in the dimensions that the other has; drawn evenly in those that it has not."""
    found: dict[str, Any] = {}
    for dimension in space.dimensions:
        if active(dimension, found):
            found[dimension.name] = _value(dimension, params, rng)
    return found


def _value(dimension: Dimension, params: Mapping[str, Any], rng: np.random.Generator) -> Any:
    even, step, anew = rng.uniform(), rng.normal(0.0, NEAR), rng.uniform() < OTHER_CHOICE
    if dimension.name not in params:
        return from_unit(dimension, even)
    value = params[dimension.name]
    if isinstance(dimension, CategoricalDimension):
        return from_unit(dimension, even) if anew else value
    place = unit(dimension, value) + step
    return from_unit(dimension, float(np.clip(place, 0.0, 1.0)))
