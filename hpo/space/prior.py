"""What a person believes of a dimension before any trial has ended: where the best value lies.

A belief never rules a value out: a part of every draw ignores it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from hpo.space.words import show

DOUBT = 0.2  # Share of the draws that ignore the belief, as of its density.


@dataclass(frozen=True)
class NumberPrior:
    """A normal distribution about a center, cut off at the ends of the dimension.

    Attributes:
        center: The value believed in, in the dimension's own units. Outside of the range, the nearest end counts.
        width: One standard deviation. Linear: in the dimension's own units, above 0. On a logarithmic scale a factor
            above 1: two thirds of the belief lie between center / width and center * width.
    """

    center: float
    width: float

    def words(self, log: bool) -> str:
        """`around 8e-05 (times or over 4)`."""
        spread = f"times or over {show(self.width)}" if log else f"plus or minus {show(self.width)}"
        return f"around {show(self.center)} ({spread})"

    def to_json(self) -> dict[str, float]:
        """As plain JSON."""
        return {"center": self.center, "width": self.width}


@dataclass(frozen=True)
class ChoicePrior:
    """How much more likely one choice is than another.

    Attributes:
        weights: One for each choice, in their order; at least 0, not all 0.
    """

    weights: tuple[float, ...]

    @property
    def chances(self) -> np.ndarray:
        """Of each choice, doubt included. Shape (choices,)."""
        weights = np.array(self.weights, dtype=np.float64)
        return np.asarray((1 - DOUBT) * weights / weights.sum() + DOUBT / len(weights))

    def to_json(self) -> list[float]:
        """As plain JSON."""
        return list(self.weights)


Prior = NumberPrior | ChoicePrior


def prior_from_json(data: Any) -> Prior | None:
    """The reverse of `to_json`; None stays None."""
    if data is None:
        return None
    if isinstance(data, list):
        return ChoicePrior(tuple(float(weight) for weight in data))
    return NumberPrior(float(data["center"]), float(data["width"]))


@dataclass(frozen=True)
class Bump:
    """A belief about a number on the unit interval, doubt included.

    Attributes:
        center: From 0 to 1.
        width: One standard deviation, above 0.
    """

    center: float
    width: float

    def log_density(self, places: np.ndarray) -> np.ndarray:
        """At places from 0 to 1; 0 is that of the even distribution. Same shape."""
        low, high = self._ends
        inside = np.exp(-0.5 * ((places - self.center) / self.width) ** 2)
        inside /= self.width * math.sqrt(2 * math.pi) * (high - low)
        return np.asarray(np.log((1 - DOUBT) * inside + DOUBT))

    def draw(self, rng: np.random.Generator) -> float:
        """A place from 0 to 1."""
        low, high = self._ends
        doubtful, even = rng.uniform(size=2)
        if doubtful < DOUBT:
            return float(even)
        return float(np.clip(self.center + self.width * ndtri(low + even * (high - low)), 0.0, 1.0))

    @property
    def _ends(self) -> tuple[float, float]:
        """The normal distribution's share below 0 and below 1; they differ, since the center lies between."""
        return float(ndtr(-self.center / self.width)), float(ndtr((1 - self.center) / self.width))
