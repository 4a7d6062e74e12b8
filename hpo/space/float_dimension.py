"""Real numbers between two ends."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from optuna.distributions import FloatDistribution
from optuna.trial import BaseTrial

from hpo.space.dimension import Dimension
from hpo.space.words import show

TOLERANCE = 1e-8  # Of a step; the one Optuna uses to decide whether a value is on the grid.


def grid_value(low: float, step: float, index: int) -> float:
    """`low + index * step` in decimal arithmetic, so that 0.01 * 7 is 0.07 and not 0.07000000000000001."""
    return float(Decimal(repr(low)) + index * Decimal(repr(step)))


def _decimal(number: float) -> float:
    """The number to 12 digits: 0.1 + 0.2 is meant as 0.3, and Optuna drops the last step of a range that is longer."""
    return float(f"{number:.12g}")


@dataclass(frozen=True)
class FloatDimension(Dimension):
    """Floats from low to high, both inclusive; linear, logarithmic, or in steps.

    Attributes:
        ends: Low, high, step and log, as Optuna holds them.
    """

    ends: FloatDistribution = field(kw_only=True)
    kind: ClassVar[str] = "float"

    @property
    def distribution(self) -> FloatDistribution:
        """As Optuna knows it."""
        return self.ends

    @property
    def low(self) -> float:
        """The lower end, inclusive."""
        return self.ends.low

    @property
    def high(self) -> float:
        """The upper end, inclusive."""
        return self.ends.high

    @classmethod
    def make(
        cls, name: str, low: float, high: float, *, log: bool = False, step: float | None = None
    ) -> FloatDimension:
        """A dimension without conditions; the range must hold a whole number of steps (checked by the parser)."""
        if step is not None:
            low, step = _decimal(low), _decimal(step)
            high = grid_value(low, step, round((high - low) / step))
        return cls(name, ends=FloatDistribution(low, high, log=log, step=step))

    def suggest(self, trial: BaseTrial) -> float:
        """A float inside the ends, on the grid when there is a step."""
        ends = self.ends
        return self.decode(trial.suggest_float(self.name, ends.low, ends.high, step=ends.step, log=ends.log))

    def encode(self, value: Any) -> float:
        """The number itself, put exactly on the grid."""
        if not self.contains(value):
            raise self._refuse(value)
        return self.decode(value)

    def decode(self, stored: Any) -> float:
        """The number, without the rounding error of Optuna's logarithms and steps."""
        ends = self.ends
        value = min(max(float(stored), ends.low), ends.high)
        if ends.step is None:
            return value
        return grid_value(ends.low, ends.step, round((value - ends.low) / ends.step))

    def contains(self, value: Any) -> bool:
        """Whether it is a number inside the ends and on the grid."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        ends = self.ends
        if self.size is None or ends.step is None:
            return ends.low <= value <= ends.high
        index = (value - ends.low) / ends.step
        return math.isfinite(index) and abs(index - round(index)) < TOLERANCE and 0 <= round(index) < self.size

    def reaches(self, low: float | None, high: float | None) -> bool:
        """Whether any value, of the grid when there is one, lies between these ends."""
        ends = self.ends
        bottom = ends.low if low is None else max(low, ends.low)
        top = ends.high if high is None else min(high, ends.high)
        if ends.step is None:
            return bottom <= top
        first = math.ceil((bottom - ends.low) / ends.step - TOLERANCE)
        return grid_value(ends.low, ends.step, first) <= top

    @property
    def size(self) -> int | None:
        """Number of grid values; None without a step."""
        ends = self.ends
        return None if ends.step is None else round((ends.high - ends.low) / ends.step) + 1

    def values(self) -> Iterator[float]:
        """The grid's values, rising."""
        ends = self.ends
        if ends.step is None or self.size is None:
            raise ValueError(f"{self.name} has no step, so its values cannot be listed")
        return (grid_value(ends.low, ends.step, index) for index in range(self.size))

    @property
    def extent(self) -> str:
        """`1e-05 to 0.001`."""
        return f"{show(self.ends.low)} to {show(self.ends.high)}"

    @property
    def scale(self) -> str:
        """`linear`, `log` or `step 0.01`."""
        if self.ends.log:
            return "log"
        return "linear" if self.ends.step is None else f"step {show(self.ends.step)}"
