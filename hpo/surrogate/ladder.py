"""The lengths at which trainings are compared."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

STEP = 1.5  # Each rung lies so many times as far as the one before: 10 of them from 1 to 50 epochs.
NEAR = 1e-9


@dataclass(frozen=True)
class Ladder:
    """Rungs between the first evaluation and the whole length.

    Attributes:
        rungs: Lengths, rising, in epochs or steps; the last is the whole training.
    """

    rungs: tuple[float, ...]

    @classmethod
    def between(cls, first: float, end: float, step: float = STEP) -> Ladder:
        """From the first length to the whole, each `step` times the one before, and at least 1 further.

        Args:
            first: Where trials are compared first, above 0.
            end: The whole length.
            step: Above 1.
        """
        rungs = [end]
        while (below := min(rungs[-1] / step, rungs[-1] - 1)) > first + NEAR:
            rungs.append(below)
        return cls(tuple(sorted({*rungs, min(first, end)})))

    @property
    def end(self) -> float:
        """The whole length."""
        return self.rungs[-1]

    def reached(self, length: float) -> int:
        """How many rungs lie at or below a length."""
        return bisect_right(self.rungs, length + NEAR)

    def rung(self, length: float) -> int:
        """Index of the first rung at or beyond a length; the last one for what lies beyond all."""
        return min(bisect_left(self.rungs, length - NEAR), len(self.rungs) - 1)

    def above(self, first: int) -> Ladder:
        """Without the rungs below an index."""
        return Ladder(self.rungs[min(first, len(self.rungs) - 1) :])
