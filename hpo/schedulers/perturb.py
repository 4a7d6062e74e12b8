"""Values a little beside those of another member (Jaderberg et al. 2017, arXiv:1711.09846, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from hpo.space.dimension import Dimension
from hpo.space.draw import draw_value

FACTORS = (0.8, 1.2)


def perturbed(space: Space, params: Mapping[str, Any], resample: float, rng: np.random.Generator) -> dict[str, Any]:
    """Each value times 0.8 or 1.2, a choice beside it, or drawn anew; inside the space.

    Args:
        space: Without conditions.
        params: Values by dotted name.
        resample: How likely a value is drawn anew.
        rng: Chance.
    """
    found: dict[str, Any] = {}
    for dimension in space.dimensions:
        anew, up = rng.random() < resample, bool(rng.random() < 0.5)
        drawn = draw_value(dimension, rng)  # Always, so that one value's fate is not another one's chance.
        moved = None if anew else _moved(dimension, params[dimension.name], up=up)
        found[dimension.name] = drawn if moved is None else moved
    return found


def _moved(dimension: Dimension, value: Any, *, up: bool) -> Any:
    """The neighbour in one direction, in the other one at an end; None: there is none, as at 0."""
    ways = (up, not up)
    if isinstance(dimension, CategoricalDimension):
        places = (dimension.index(value) + (1 if way else -1) for way in ways)
        return next((dimension.choices[place] for place in places if 0 <= place < dimension.size), None)
    found = (_times(dimension, value, FACTORS[way]) for way in ways)
    return next((other for other in found if other != value), None)


def _times(dimension: Dimension, value: float, factor: float) -> float | int:
    if isinstance(dimension, FloatDimension):
        return dimension.decode(value * factor)
    assert isinstance(dimension, IntDimension)
    values = dimension.values()
    steps = max(1, round(abs(value * factor - value) / values.step)) * (1 if factor > 1 else -1)
    return values[min(max(values.index(int(value)) + steps, 0), len(values) - 1)]
