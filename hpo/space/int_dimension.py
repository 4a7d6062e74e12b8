"""Whole numbers between two ends."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optuna.distributions import IntDistribution
from optuna.trial import BaseTrial

from hpo.space.dimension import Dimension


@dataclass(frozen=True)
class IntDimension(Dimension):
    """Whole numbers from low to high, both inclusive; in steps, or tried evenly on a logarithmic scale.

    Attributes:
        ends: Low, high, step and log, as Optuna holds them.
    """

    ends: IntDistribution = field(kw_only=True)
    kind: ClassVar[str] = "int"

    @property
    def distribution(self) -> IntDistribution:
        """As Optuna knows it."""
        return self.ends

    @property
    def low(self) -> int:
        """The lower end, inclusive."""
        return self.ends.low

    @property
    def high(self) -> int:
        """The upper end, inclusive."""
        return self.ends.high

    @classmethod
    def make(cls, name: str, low: int, high: int, *, log: bool = False, step: int = 1) -> IntDimension:
        """A dimension without conditions; the range must hold a whole number of steps (checked by the parser)."""
        return cls(name, ends=IntDistribution(low, high, log=log, step=step))

    def suggest(self, trial: BaseTrial) -> int:
        """A whole number inside the ends, on the grid when there is a step."""
        ends = self.ends
        return trial.suggest_int(self.name, ends.low, ends.high, step=ends.step, log=ends.log)

    def encode(self, value: Any) -> int:
        """The number itself."""
        if not self.contains(value):
            raise self._refuse(value)
        return int(value)

    def decode(self, stored: Any) -> int:
        """The number itself."""
        return int(stored)

    def contains(self, value: Any) -> bool:
        """Whether it is a whole number inside the ends and on the grid."""
        return isinstance(value, int) and not isinstance(value, bool) and value in self.values()

    def reaches(self, low: float | None, high: float | None) -> bool:
        """Whether any value lies between these ends."""
        ends = self.ends
        bottom = ends.low if low is None else max(low, ends.low)
        top = ends.high if high is None else min(high, ends.high)
        return ends.low + math.ceil((bottom - ends.low) / ends.step) * ends.step <= top

    @property
    def size(self) -> int:
        """Number of values."""
        return len(self.values())

    def values(self) -> range:
        """The values, rising."""
        return range(self.ends.low, self.ends.high + 1, self.ends.step)

    @property
    def extent(self) -> str:
        """`1 to 4`."""
        return f"{self.ends.low} to {self.ends.high}"

    @property
    def scale(self) -> str:
        """`linear`, `log` or `step 2`."""
        if self.ends.log:
            return "log"
        return "linear" if self.ends.step == 1 else f"step {self.ends.step}"
