"""Values of a dimension as places in [0, 1], as the space counts them: evenly on its own scale."""

from __future__ import annotations

import math
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution


def place(distribution: BaseDistribution, value: Any) -> float:
    """Where a value lies; single values, such as options and integers, have equal parts of [0, 1] on their scale.

    Args:
        distribution: The dimension as Optuna knows it.
        value: As Optuna stores it.
    """
    match distribution:
        case CategoricalDistribution():
            return (distribution.choices.index(value) + 0.5) / len(distribution.choices)
        case FloatDistribution(log=True):
            low, high = math.log(distribution.low), math.log(distribution.high)
            return _between(low, math.log(value), high)
        case IntDistribution(log=True):
            low, high = math.log(distribution.low - 0.5), math.log(distribution.high + 0.5)
            return _between(low, math.log(value), high)
        case FloatDistribution() | IntDistribution():
            half = (distribution.step or 0) / 2
            return _between(distribution.low - half, value, distribution.high + half)
    raise ValueError(f"nobody knows where a value of {distribution} lies")


def _between(low: float, value: float, high: float) -> float:
    return 0.5 if high <= low else min(1.0, max(0.0, (value - low) / (high - low)))
