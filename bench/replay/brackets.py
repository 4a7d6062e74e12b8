"""Synchronous Hyperband, which pauses: the peer's published form, not the production one that stops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hpo.schedulers import Choice, Decision, Length, Result, Scheduler, Situation

FACTOR = 3


@dataclass
class _Bracket:
    """Its rungs as (epochs, trials), the members, and what they reached by rung."""

    rungs: tuple[tuple[float, int], ...]
    members: list[int] = field(default_factory=list)
    seen: list[dict[int, float]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def go_on(self, level: int) -> list[int]:
        """Who trains beyond a rung: the best, once all that were to come there have come or are gone."""
        came = set(self.members) if level == 0 else set(self.go_on(level - 1))
        whole = len(self.members) == self.rungs[0][1] and bool(came)
        if not whole or not came <= set(self.seen[level]) | self.gone or level + 1 == len(self.rungs):
            return []
        ranked = sorted(came & set(self.seen[level]), key=lambda number: (-self.seen[level][number], number))
        return ranked[: self.rungs[level + 1][1]]


class SyncHyperband(Scheduler):
    """Hyperband as it was published (Li et al. 2018, JMLR 18-185): brackets one after the other, rungs that wait.

    With several slots the next bracket begins where all that is left of this one runs, as BOHB's own implementation
    does (Falkner et al. 2018).
    """

    def __init__(self, longest: Length, factor: int = FACTOR) -> None:
        super().__init__(False, longest)
        self._factor, self._end = factor, float(longest.epochs or 1)
        self._brackets: list[_Bracket] = []
        self._of: dict[int, _Bracket] = {}

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:
        """It joins the newest bracket that has room, or a new one."""
        bracket = next((b for b in self._brackets if len(b.members) < b.rungs[0][1]), None) or self._begin()
        bracket.members.append(number)
        self._of[number] = bracket

    def on_result(self, result: Result) -> Decision:
        """Pause at the rung that it was to come to; evaluations may be coarser than rungs, and count at all passed."""
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        bracket = self._of[result.number]
        reached = [level for level, (epochs, _) in enumerate(bracket.rungs) if epochs <= result.epochs]
        passed = [level for level in reached if result.number not in bracket.seen[level]]
        if not passed:
            return Decision.CONTINUE
        for level in passed:
            bracket.seen[level][result.number] = self.score(result.value)
        if self.at_end(result):
            return Decision.CONTINUE
        self._reasons[result.number] = f"rung {bracket.rungs[passed[-1]][0]:g} epochs: {result.value:.4g}"
        return Decision.PAUSE

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:
        """Nobody waits for it."""
        self._of[number].gone.add(number)

    def choose(self, situation: Situation) -> Choice | None:
        """The oldest bracket with something to do."""
        paused = set(situation.paused)
        for bracket in self._brackets:
            for level in range(len(bracket.rungs)):
                ready = [n for n in bracket.go_on(level) if n in paused and n not in bracket.seen[level + 1]]
                if ready:
                    return Choice(ready[0], f"among the best at rung {bracket.rungs[level][0]:g} epochs")
            if len(bracket.members) < bracket.rungs[0][1] and situation.may_propose:
                return Choice(None)
        return Choice(None) if situation.may_propose else None

    def _begin(self) -> _Bracket:
        most = math.floor(math.log(self._end) / math.log(self._factor) + 1e-9)
        s = most - len(self._brackets) % (most + 1)
        count = math.ceil((most + 1) / (s + 1) * self._factor**s)
        rungs = [(self._end / self._factor ** (s - i), max(1, count // self._factor**i)) for i in range(s + 1)]
        bracket = _Bracket(tuple(rungs), seen=[{} for _ in rungs])
        self._brackets.append(bracket)
        return bracket
