"""Configurations as rows of numbers, and back: what densities and distances are taken over.

A number is its place on its dimension's unit interval, a choice is its index, and what is not part of a configuration
is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from hpo.space.categorical import stored_form
from hpo.space.dimension import Dimension
from hpo.space.scale import Axis


class Points:
    """The rows of one space.

    Attributes:
        space: What varies.
        sizes: Number of choices of each dimension; 0 for a number.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.sizes = tuple(d.size if isinstance(d, CategoricalDimension) else 0 for d in space.dimensions)

    def of(self, stored: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Rows of params as Optuna stores them. What is not in the space, as after a change of it, is NaN.

        Returns:
            Shape (configurations, dimensions).
        """
        columns = [_numbers(dimension, stored) for dimension in self.space.dimensions]
        return np.array(columns, dtype=np.float64).T.reshape(len(stored), len(self.sizes))

    def value(self, column: int, number: float) -> Any:
        """The value, in the config's form, that a number of a column is."""
        dimension = self.space.dimensions[column]
        if isinstance(dimension, CategoricalDimension):
            return dimension.choices[int(number)]
        assert isinstance(dimension, (FloatDimension, IntDimension))
        return Axis.of(dimension).value(number)


def _numbers(dimension: Dimension, stored: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """One column. Written for speed: it is most of what a proposal takes when there are a thousand trials."""
    name = dimension.name
    if isinstance(dimension, CategoricalDimension):
        index = {_key(stored_form(choice)): float(i) for i, choice in enumerate(dimension.choices)}
        return np.array([index.get(_key(one[name]), math.nan) if name in one else math.nan for one in stored])
    assert isinstance(dimension, (FloatDimension, IntDimension))
    values = np.array([one.get(name, math.nan) for one in stored], dtype=np.float64)
    values[~((values >= dimension.low) & (values <= dimension.high))] = math.nan
    return Axis.of(dimension).places(values)


def _key(value: Any) -> Any:
    """As `same` compares: `true` is not 1."""
    return ("bool", value) if isinstance(value, bool) else value
