"""What a few values under different seeds say about a mean, and about the difference of two.

Both rest on the values being drawn from something like a normal distribution. With three values that cannot be
checked, and the interval is wide: Student's t for two degrees of freedom is 4.3 at a level of 0.95, where many values
have 1.96. That is the price of three seeds, told as it is.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit  # not scipy.stats, which takes 47 MiB of whoever reads sweeps


@dataclass(frozen=True)
class Interval:
    """A mean and where the true one lies.

    Attributes:
        mean: Of the values.
        low, high: Ends of the confidence interval; None with fewer than two values.
        count: How many values there are.
    """

    mean: float
    low: float | None
    high: float | None
    count: int


def interval(values: Sequence[float], level: float) -> Interval:
    """Student's t confidence interval of a mean (Student 1908, "The Probable Error of a Mean").

    Args:
        values: At least one, each under a seed of its own.
        level: Share of such intervals that hold the true mean, between 0 and 1.
    """
    mean, count = statistics.fmean(values), len(values)
    if count < 2:
        return Interval(mean, None, None, count)
    half = float(stdtrit(count - 1, (1 + level) / 2)) * statistics.stdev(values) / math.sqrt(count)
    return Interval(mean, mean - half, mean + half, count)


def difference(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely means so far apart are, or further, where the true ones are equal: Welch's t-test, two-sided.

    The values of both may differ in spread (Welch 1947, "The Generalization of `Student's' Problem when Several
    Different Population Variances are Involved"). They are taken as independent: where both were trained under the
    same seeds and go up and down together, a difference is found later than it could be, never wrongly.

    Args:
        one: Values of one configuration.
        other: Values of the other.

    Returns:
        The p-value, from 0 to 1; 1 where nothing can be said: one of them has fewer than two values, or neither has
        any spread, as where a few validation rows round all differences away.
    """
    if len(one) < 2 or len(other) < 2:
        return 1.0
    gap = statistics.fmean(one) - statistics.fmean(other)
    spreads = [statistics.variance(values) / len(values) for values in (one, other)]
    total = sum(spreads)
    if total == 0:
        return 1.0
    pairs = zip(spreads, (one, other), strict=True)
    freedom = total**2 / sum(spread**2 / (len(values) - 1) for spread, values in pairs)
    return float(2 * stdtr(freedom, -abs(gap) / math.sqrt(total)))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values that hold for all comparisons together (Holm 1979, "A Simple Sequentially Rejective Multiple Test …").

    Args:
        p_values: One a comparison.

    Returns:
        The adjusted ones in the same order: at most `1 - level` marks a difference, wrongly anywhere in `1 - level`
        of all cases.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
