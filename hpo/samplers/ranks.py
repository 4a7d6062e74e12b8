"""Ranks trials that trained for different lengths.

A value after one epoch cannot be compared with one after ten. So trials are compared at one length, each by the best
that it had reached there: the farthest that enough of them reached (BOHB, Falkner et al. 2018, arXiv:1807.01774).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """What is known of one trial.

    Attributes:
        lengths: Where it was measured, rising, in the same unit for all (epochs).
        losses: The best so far at each of them, less is better.
        whole: Whether the last of them is its result, however long it trained.
    """

    lengths: tuple[float, ...]
    losses: tuple[float, ...]
    whole: bool


@dataclass(frozen=True)
class Ranked:
    """Trials in their order at one length.

    Attributes:
        places: 0 the best; NaN for a trial that was stopped before the length. Shape (trials,).
        length: In the curves' unit; 0 where there are none.
    """

    places: np.ndarray
    length: float


def ranks(curves: Sequence[Curve], enough: int) -> Ranked:
    """The place of each trial. Of equals, the first is better.

    Args:
        curves: Each has at least one measurement.
        enough: So many trials make a length one to compare at.
    """
    if not curves:
        return Ranked(np.empty(0), 0.0)
    longest = max(curve.lengths[-1] for curve in curves)
    ends = np.array([longest if curve.whole else curve.lengths[-1] for curve in curves])
    length = float(np.sort(ends)[-min(enough, len(ends))])
    there = np.flatnonzero(ends >= length)
    losses = [_at(curves[int(index)], length) for index in there]
    places = np.full(len(curves), np.nan)
    places[there[np.argsort(losses, kind="stable")]] = np.arange(len(there))
    return Ranked(places, length)


def _at(curve: Curve, length: float) -> float:
    """The best up to a length; the first measurement, where none is so early."""
    index = int(np.searchsorted(curve.lengths, length, side="right")) - 1
    return curve.losses[max(index, 0)]
