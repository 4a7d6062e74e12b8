"""Asynchronous successive halving, in the variant that stops and never pauses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hpo.schedulers.base import Decision, Result, Scheduler, fidelity
from hpo.schedulers.first_rung import FirstRungSpec
from hpo.schedulers.length import Length
from models.spec.fields import opt

MOST_RUNGS = 20  # A million times the first rung, or more.
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth"}


@dataclass(frozen=True)
class AshaSpec(FirstRungSpec):
    """ASHA (Li et al. 2020, arXiv:1810.05934).

    At each rung, which lies `reduction_factor` times as far as the one before, a trial goes on only if it is in the
    top 1/`reduction_factor` of those that came so far.
    """

    name: str = opt("asha", "Scheduler.", choices=("asha",))
    reduction_factor: int = opt(3, "One in so many trials goes on from each rung.", low=2)


def rungs(first: int, factor: int, end: float | None) -> tuple[int, ...]:
    """`first * factor**k` for k = 0, 1, …, all below `end`, in its unit; the first 20 when the end is not known."""
    levels = [first * factor**k for k in range(MOST_RUNGS)]
    return tuple(level for level in levels if end is None or level < end)


class Asha(Scheduler):
    """One ladder of rungs.

    A trial is recorded at a rung by its first evaluation there or beyond, so evaluations may be coarser than rungs.
    The first `factor - 1` trials at a rung go on, since they cannot be told apart yet.
    """

    def __init__(self, levels: Sequence[int], unit: str, factor: int, maximize: bool, longest: Length) -> None:
        """A scheduler that has seen nothing.

        Args:
            levels: The rungs, rising, in `unit`.
            unit: `epochs` or `steps`.
            factor: One in so many trials goes on from each rung.
            maximize: Whether more of the metric is better.
            longest: The longest that a trial trains.
        """
        super().__init__(maximize, longest)
        self.unit = unit
        self.factor = factor
        self._recorded: dict[int, dict[int, float]] = {level: {} for level in levels}

    def on_result(self, result: Result) -> Decision:
        """Record the trial at each rung it has newly reached; stop it if it is not among the best at one of them."""
        reached = fidelity(result, self.unit)
        fresh = [level for level, seen in self._recorded.items() if level <= reached and result.number not in seen]
        for level in fresh:
            self._recorded[level][result.number] = self.score(result.value)
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        if self.at_end(result):
            return Decision.CONTINUE
        for level in reversed(fresh):
            cut = self._cut(level)
            if cut is not None and self.score(result.value) < cut:
                return self.stop(result.number, self._why(level, result.value, cut))
        return Decision.CONTINUE

    def _cut(self, level: int) -> float | None:
        """The lowest score that goes on; None while the trials are too few to choose from."""
        scores = sorted(self._recorded[level].values(), reverse=True)
        best = len(scores) // self.factor
        return scores[best - 1] if best else None

    def _why(self, level: int, value: float, cut: float) -> str:
        part = _PARTS.get(self.factor, f"1/{self.factor}")
        seen = len(self._recorded[level])
        return (
            f"rung {level} {self.unit}: {value:.4g} is {self.worse} the top {part} "
            f"(cut {self.value(cut):.4g}, {seen} trials)"
        )
