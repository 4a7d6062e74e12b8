"""Hyperband: several ASHA ladders that start at different rungs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hpo.schedulers.asha import Asha, rungs
from hpo.schedulers.base import Decision, Result, Scheduler
from hpo.schedulers.first_rung import FirstRungSpec
from hpo.schedulers.length import Length
from models.errors import Problem
from models.spec.fields import opt
from models.spec.train import TrainParams


@dataclass(frozen=True)
class HyperbandSpec(FirstRungSpec):
    """Asynchronous Hyperband (Li et al. 2018, arXiv:1603.06560; brackets as in Li et al. 2020, arXiv:1810.05934).

    For when early values tell little about the end: some trials are first judged later, some never.
    """

    name: str = opt("hyperband", "Scheduler.", choices=("hyperband",))
    reduction_factor: int = opt(3, "One in so many trials goes on from each rung.", low=2)

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever acting."""
        return self._check_laid_out("brackets", train)


def bracket_weights(brackets: int, factor: int) -> tuple[int, ...]:
    """Trials that each bracket gets of one round, the one that stops earliest first.

    A bracket with s rungs starts `ceil(brackets / (s + 1) * factor**s)` trials, so that all spend about the same
    budget (algorithm 1 of the paper).
    """
    return tuple(math.ceil(brackets / (s + 1) * factor**s) for s in reversed(range(brackets)))


class Hyperband(Scheduler):
    """Gives each trial to a bracket by its number, spread evenly in proportion to the brackets' weights."""

    def __init__(self, first: int, unit: str, factor: int, maximize: bool, longest: Length) -> None:
        """A scheduler that has seen nothing.

        Args:
            first: The first rung of the bracket that stops earliest, in `unit`.
            unit: `epochs` or `steps`.
            factor: One in so many trials goes on from each rung.
            maximize: Whether more of the metric is better.
            longest: The longest that a trial trains; must be known in `unit`.
        """
        super().__init__(maximize, longest)
        levels = rungs(first, factor, longest.in_unit(unit))
        starts = range(len(levels) + 1)  # The last bracket has no rung: its trials train to their end.
        self.brackets = tuple(Asha(levels[start:], unit, factor, maximize, longest) for start in starts)
        self.weights = bracket_weights(len(self.brackets), factor)
        self._turns = _spread(self.weights)

    def bracket_of(self, number: int) -> int:
        """The index of the bracket that a trial belongs to; 0 stops earliest."""
        return self._turns[number % len(self._turns)]

    def on_result(self, result: Result) -> Decision:
        """As the trial's bracket decides."""
        return self.brackets[self.bracket_of(result.number)].on_result(result)

    def reason(self, number: int) -> str:
        """The bracket's reason, with the bracket's own number, from 1."""
        index = self.bracket_of(number)
        inner = self.brackets[index].reason(number)
        return f"bracket {index + 1} of {len(self.brackets)}, {inner}" if inner else ""


def _spread(weights: tuple[int, ...]) -> tuple[int, ...]:
    """One round in which each index comes as often as its weight, at even distances (smooth weighted round robin)."""
    total, credit, turns = sum(weights), [0] * len(weights), list[int]()
    for _ in range(total):
        credit = [have + weight for have, weight in zip(credit, weights, strict=True)]
        chosen = max(range(len(credit)), key=credit.__getitem__)
        credit[chosen] -= total
        turns.append(chosen)
    return tuple(turns)
