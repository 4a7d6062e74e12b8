"""How good the trials of one sweep were, free of the metric's unit, though they trained for different lengths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

FULL = np.inf  # A complete trial is as long as any: its best value stays what it is.
_CLOSE = 1e-9  # Of the full length; fractions are sums of floats.

Curve = Sequence[tuple[float, float]]


def scores(
    curves: Sequence[Curve], complete: Sequence[bool], broken: Sequence[bool], *, by_last: bool = False
) -> np.ndarray:
    """The share of the other trials that each trial beats, ties counted half.

    Two trials are compared by the best value that each had reached at the longest length that both have. So a pruned
    trial is judged by what was known when it was pruned, and complete ones by their ranks alone.

    Args:
        curves: (length, value) of each trial, the lengths rising, more being better.
        complete: Whether a trial trained to its end.
        broken: Whether its configuration cannot work: it loses to every other.
        by_last: Compare the last value that each had reached, not the best.

    Returns:
        Shape (trials,), from 0 to 1, the best; 0.5 for the only one there is.
    """
    count = len(curves)
    if count == 0:
        return np.zeros(0)
    works = _works(curves, broken)
    if count == 1:
        return np.where(works, 0.5, 0.0)
    won = wins(curves, complete, broken, by_last=by_last)
    found: np.ndarray = (won.sum(axis=1) - np.diagonal(won)) / (count - 1)
    return np.where(works, found, 0.0)


def wins(
    curves: Sequence[Curve], complete: Sequence[bool], broken: Sequence[bool], *, by_last: bool = False
) -> np.ndarray:
    """Which trial beats which, as `scores` compares them: 1 where the row does, 0 where the column does, 0.5 for ties.

    Returns:
        Shape (trials, trials).
    """
    won = np.full((len(curves), len(curves)), 0.5)
    works = _works(curves, broken)
    won[np.ix_(works, ~works)], won[np.ix_(~works, works)] = 1.0, 0.0
    ends = np.array([_end(curve, whole) for curve, whole in zip(curves, complete, strict=True)])
    for length in np.unique(ends[works]):
        here = np.flatnonzero(works & (ends == length))
        reached = np.flatnonzero(works & (ends >= length))
        mine, theirs = (np.array([_until(curves[int(i)], length, by_last) for i in them]) for them in (here, reached))
        better = (np.sign(mine[:, None] - theirs[None, :]) + 1) / 2
        won[np.ix_(here, reached)] = better
        won[np.ix_(reached, here)] = 1 - better.T
    return won


def _works(curves: Sequence[Curve], broken: Sequence[bool]) -> np.ndarray:
    return np.array([bool(curve) and not bad for curve, bad in zip(curves, broken, strict=True)], dtype=bool)


def _end(curve: Curve, complete: bool) -> float:
    return FULL if complete else curve[-1][0] if curve else 0.0


def _until(curve: Curve, length: float, by_last: bool) -> float:
    """The best or the last value until a length; the first one where none is so early."""
    count = max(1, bisect_right([at for at, _ in curve], length + _CLOSE))
    return curve[count - 1][1] if by_last else max(value for _, value in curve[:count])
