"""Where a value lies in its dimension: the unit interval in which draws are made and models are fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension

Number = FloatDimension | IntDimension


@dataclass(frozen=True)
class Axis:
    """A numeric dimension on its own scale. Each value of a finite one has an equal share of it, or one equal in log.

    Attributes:
        dimension: The dimension.
        low, high: The ends on the scale: half a step beyond the first and the last value, as logarithms if `log`.
        log: Whether the scale is logarithmic.
    """

    dimension: Number
    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, dimension: Number) -> Axis:
        """The axis of a numeric dimension."""
        ends = dimension.ends
        half = 0.0 if ends.step is None else ends.step / 2
        low, high = ends.low - half, ends.high + half
        return cls(dimension, math.log(low), math.log(high), True) if ends.log else cls(dimension, low, high, False)

    @property
    def length(self) -> float:
        """Of the axis, on its scale; a dimension of one value has none, and then all lies at 0."""
        return max(self.high - self.low, np.finfo(float).tiny)

    def places(self, values: np.ndarray) -> np.ndarray:
        """From 0 to 1, for values inside the range; same shape. NaN stays NaN."""
        return ((np.log(values) if self.log else values) - self.low) / self.length

    def place(self, value: float) -> float:
        """From 0 to 1, for a value inside the range; beyond them outside of it."""
        return ((math.log(value) if self.log else value) - self.low) / self.length

    def value(self, place: float) -> float | int:
        """The value of the dimension that is nearest to a place from 0 to 1."""
        raw = self.low + place * self.length
        raw = math.exp(raw) if self.log else raw
        if isinstance(self.dimension, FloatDimension):
            return self.dimension.decode(raw)
        values = self.dimension.values()
        return values[min(max(round((raw - values.start) / values.step), 0), len(values) - 1)]
