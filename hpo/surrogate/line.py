"""One trial as the model sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hpo.surrogate.ladder import NEAR, Ladder


@dataclass
class Line:
    """A trial's configuration and learning curve.

    Attributes:
        params: Sampled values by dotted name.
        curve: Score by length; more is better, finite, in the order of the lengths.
        bad: Whether the configuration cannot work: it diverged, ran out of memory, was infeasible.
        whole: Whether it was trained to its end; its last score then stands for the whole length.
    """

    params: Mapping[str, Any]
    curve: dict[float, float] = field(default_factory=dict)
    bad: bool = False
    whole: bool = False

    @property
    def length(self) -> float:
        """How far it was trained."""
        return next(reversed(self.curve), 0.0)

    def at(self, ladder: Ladder) -> np.ndarray:
        """Scores at the rungs, each from the first evaluation at or beyond it; NaN where it did not come so far.

        Returns:
            Shape (rungs,).
        """
        lengths, scores = np.array(list(self.curve)), np.array(list(self.curve.values()))
        found = np.full(len(ladder.rungs), np.nan)
        if len(lengths) == 0:
            return found
        places = np.searchsorted(lengths, np.array(ladder.rungs) - NEAR)
        there = places < len(lengths)
        found[there] = scores[places[there]]
        if self.whole:
            found[-1] = scores[-1]
        return found
