"""Draws configurations as they are believed in, and says how much they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.space.categorical import CategoricalDimension
from hpo.space.dimension import Dimension
from hpo.space.float_dimension import FloatDimension
from hpo.space.grid import active
from hpo.space.int_dimension import IntDimension
from hpo.space.prior import Bump, ChoicePrior, NumberPrior
from hpo.space.scale import Axis, Number


def bump_of(dimension: Number) -> Bump | None:
    """What is believed of a numeric dimension, on its unit interval; None: nothing."""
    prior, axis = dimension.prior, Axis.of(dimension)
    if not isinstance(prior, NumberPrior):
        return None
    width = math.log(prior.width) if axis.log else prior.width
    center = min(max(prior.center, float(dimension.low)), float(dimension.high))
    return Bump(axis.place(center), width / axis.length)


def chances_of(dimension: CategoricalDimension) -> np.ndarray:
    """Of each choice: as believed, or even. Shape (choices,)."""
    prior = dimension.prior
    return prior.chances if isinstance(prior, ChoicePrior) else np.full(dimension.size, 1.0 / dimension.size)


def draw(
    dimensions: Sequence[Dimension], rng: np.random.Generator, known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A configuration, each value drawn by its dimension's belief, else evenly on its scale.

    Args:
        dimensions: In dependency order.
        rng: Its state after the call depends on the dimensions that were active.
        known: Values that it must have, in the config's form.
    """
    known, found = known or {}, dict[str, Any]()
    for dimension in dimensions:
        if active(dimension, found):
            name = dimension.name
            found[name] = known[name] if name in known else draw_value(dimension, rng)
    return found


def draw_value(dimension: Dimension, rng: np.random.Generator) -> Any:
    """One value, in the config's form."""
    if isinstance(dimension, CategoricalDimension):
        return dimension.choices[int(rng.choice(dimension.size, p=chances_of(dimension)))]
    assert isinstance(dimension, (FloatDimension, IntDimension))
    bump = bump_of(dimension)
    return Axis.of(dimension).value(float(rng.uniform()) if bump is None else bump.draw(rng))


def log_prior(dimensions: Sequence[Dimension], params: Mapping[str, Any]) -> float:
    """How much more a configuration is believed in than by chance: the log of the ratio; 0 without beliefs.

    Args:
        dimensions: Those of the space; what `params` does not have counts nothing.
        params: Values in the config's form.
    """
    return sum(_log_prior(dimension, params[dimension.name]) for dimension in dimensions if dimension.name in params)


def _log_prior(dimension: Dimension, value: Any) -> float:
    if dimension.prior is None:
        return 0.0
    if isinstance(dimension, CategoricalDimension):
        return math.log(chances_of(dimension)[dimension.index(value)] * dimension.size)
    assert isinstance(dimension, (FloatDimension, IntDimension))
    bump = bump_of(dimension)
    return 0.0 if bump is None else float(bump.log_density(np.array(Axis.of(dimension).place(value))))
