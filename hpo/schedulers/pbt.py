"""Population based training (Jaderberg et al. 2017, arXiv:1711.09846)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo.exploit import Exploit
from hpo.schedulers.base import Choice, Decision, Result, Scheduler, Situation, fidelity
from hpo.schedulers.length import Length
from hpo.schedulers.pb2 import Gain, proposed
from hpo.schedulers.pbt_spec import PbtSpec
from hpo.schedulers.perturb import perturbed
from hpo.space import Space


class Pbt(Scheduler):
    """Members pause after each interval. One of the worst goes on with the weights of one of the best.

    Nobody waits for the others: a member is held against those that have come as far, which are the more since the one
    that is behind always goes on first. All go on to their end; one that diverges or fails is replaced, while there are
    spare trials, by a new one that begins with the newest weights of one of the best.

    Args:
        spec: Its settings.
        space: What varies; without conditions.
        maximize: Whether more of the metric is better.
        longest: How long every member trains.
    """

    def __init__(self, spec: PbtSpec, space: Space, maximize: bool, longest: Length) -> None:
        super().__init__(maximize, longest)
        self.spec, self.space = spec, space
        self._params: dict[int, Mapping[str, Any]] = {}  # Of each member, as they are now.
        self._seen: dict[int, dict[int, Result]] = {}  # By the moment, then by the member.
        self._used: dict[tuple[int, int], Mapping[str, Any]] = {}  # By (moment, member): its values until then.
        self._base: dict[int, float | None] = {}  # Of each member: its score at the beginning of the interval.
        self._gains: list[Gain] = []
        self._kept: set[tuple[int, int]] = set()  # (member, steps) of the checkpoints that can be taken.
        self._ended: set[int] = set()
        self._lost: set[int] = set()

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:
        """A new member, with its values."""
        self._params[number], self._base[number] = params, None

    def on_result(self, result: Result) -> Decision:
        """Pause at each moment at which weights may be taken over."""
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        moment = self._moment(result)
        if moment is None or self.at_end(result):
            return Decision.CONTINUE
        if result.number not in self._seen.setdefault(moment, {}):
            self._take(moment, result)
        return Decision.PAUSE

    def on_advance(self, number: int, exploit: Exploit | None) -> None:
        """A member went on; with another one's weights where it exploits."""
        if exploit is None:
            return
        self._params[number] = exploit.params
        source = next((seen[exploit.source] for seen in self._seen.values() if self._is(seen, exploit)), None)
        self._base[number] = None if source is None else self.score(source.value)

    def on_kept(self, number: int, steps: int) -> None:
        """A member's checkpoint can be taken."""
        self._kept.add((number, steps))

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:
        """A member that did not complete leaves a place free."""
        self._ended.add(number)
        if state != "complete":
            self._lost.add(number)

    def numbers(self, number: int) -> Mapping[str, Any]:
        """Where it stood when it paused."""
        moment = self._reached(number)
        return {"moment": moment, "value": self._seen[moment][number].value} if moment else {}

    def choose(self, situation: Situation) -> Choice | None:
        """A missing member, else the one that is furthest behind; one whose source is about to pause waits for that."""
        if situation.may_propose and len(self._params) < self.spec.population + len(self._lost):
            return self._newcomer(situation)
        behind = sorted(situation.paused, key=self._reached)  # Of equals, the longest paused.
        return next((choice for number in behind if (choice := self._advance(number, situation)) is not None), None)

    def _take(self, moment: int, result: Result) -> None:
        number, score, seen = result.number, self.score(result.value), self._seen[moment]
        seen[number] = result
        self._used[moment, number] = self._params.get(number, {})
        base = self._base.get(number)
        if base is not None or moment == 1:  # Of the first interval, the beginning is the same for all.
            self._gains.append(Gain(moment, self._used[moment, number], score - (base or 0.0)))
        self._base[number] = score
        place, unit = self._ranked(moment).index(number) + 1, self.spec.unit
        at = f"{fidelity(result, unit):g} {unit}"
        self._reasons[number] = f"at {at}: {result.value:.4g}, place {place} of the {len(seen)} that have come as far"

    def _newcomer(self, situation: Situation) -> Choice:
        text = f"member {len(self._params) + 1} of a population of {self.spec.population}"
        if len(self._params) < self.spec.population:
            return Choice(None, text)
        text = "in place of one that was lost"
        able = {at: [n for n in self._ranked(at) if self._can_give(at, n)] for at in self._seen}
        moment = max((at for at, numbers in able.items() if len(numbers) > 1), default=0)
        if not moment or len(self._ended) == len(self._params):  # Where nobody lives, no checkpoint is kept.
            return Choice(None, text)
        rng, sources = self._chance(len(self._params), moment), able[moment][: max(1, self._few(moment))]
        exploit = self._exploit(sources[int(rng.integers(len(sources)))], moment, situation, rng)
        return Choice(None, f"{text}: {self._words(exploit)}", {}, exploit)

    def _advance(self, number: int, situation: Situation) -> Choice | None:
        moment = self._reached(number)
        if not moment:
            return Choice(number, "it was never held against the others")
        ranked, unit = self._ranked(moment), self.spec.unit
        place = ranked.index(number) + 1
        at = f"{fidelity(self._seen[moment][number], unit):g} {unit}"
        numbers = {"moment": moment, "place": place, "of": len(ranked)}
        text = f"place {place} of {len(ranked)} at {at}"
        own = self.score(self._seen[moment][number].value)
        better = [n for n in self._best(moment) if self.score(self._seen[moment][n].value) > own]
        if place <= len(ranked) - self._few(moment) or not better:
            return Choice(number, text, numbers)
        sources = [n for n in better if self._can_give(moment, n)]
        if not sources:
            if any(n in situation.running and self._reached(n) == moment for n in better):
                return None  # It is about to leave its slot, and then its checkpoint can be taken.
            return Choice(number, f"{text}; no checkpoint of a better one is at hand", numbers)
        rng = self._chance(number, moment)
        exploit = self._exploit(sources[int(rng.integers(len(sources)))], moment, situation, rng)
        return Choice(number, f"{text}: {self._words(exploit)}", numbers, exploit)

    def _exploit(self, source: int, moment: int, situation: Situation, rng: np.random.Generator) -> Exploit:
        theirs = self._used[moment, source]
        found: dict[str, Any] | None = None
        if self.spec.explore == "pb2":
            trying = [self._params[n] for n in situation.running if self._reached(n) == moment]
            found = proposed(self.space, theirs, self._gains, trying, moment + 1, rng)
        params = perturbed(self.space, theirs, self.spec.resample, rng) if found is None else found
        result = self._seen[moment][source]
        return Exploit(source, result.steps, result.epochs, params)

    def _words(self, exploit: Exploit) -> str:
        changed = ", ".join(f"{name} {value:.4g}" for name, value in exploit.params.items())
        return f"it takes over the weights of trial {exploit.source} at step {exploit.steps}, with {changed}"

    def _chance(self, number: int, moment: int) -> np.random.Generator:
        return np.random.default_rng((self.spec.seed, number, moment))

    def _moment(self, result: Result) -> int | None:
        """Which moment an evaluation is at, from 1; None: at none."""
        count = fidelity(result, self.spec.unit) / self.spec.every
        return round(count) if count > 0.5 and abs(count - round(count)) < 1e-6 else None

    def _reached(self, number: int) -> int:
        """The last moment that a member came to; 0: none."""
        return max((moment for moment, seen in self._seen.items() if number in seen), default=0)

    def _ranked(self, moment: int) -> list[int]:
        """Those that have come as far, the best first; of equals, the first to come."""
        seen = self._seen[moment]
        return sorted(seen, key=lambda number: -self.score(seen[number].value))

    def _few(self, moment: int) -> int:
        """How many are the best, and how many the worst."""
        count = len(self._seen[moment])
        return min(math.ceil(count * self.spec.quantile), count // 2)

    def _best(self, moment: int) -> list[int]:
        return self._ranked(moment)[: self._few(moment)]

    def _can_give(self, moment: int, number: int) -> bool:
        return (number, self._seen[moment][number].steps) in self._kept

    def _is(self, seen: Mapping[int, Result], exploit: Exploit) -> bool:
        return exploit.source in seen and seen[exploit.source].steps == exploit.steps
