"""Pauses trials at rungs and advances the one that promises most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hpo.exploit import Exploit
from hpo.history.history import History
from hpo.history.points import Cube
from hpo.schedulers.adaptive_spec import AdaptiveSpec
from hpo.schedulers.arms import Arms, Pick
from hpo.schedulers.base import Choice, Decision, Result, Scheduler, Situation, fidelity
from hpo.schedulers.length import Length
from hpo.schedulers.reserve import Due, Reserve
from hpo.space import Space
from hpo.surrogate import Fits, Ladder, Line, Model

SLOTS_A_LEADER = 4  # In so many slots, one is for the trial that is expected to end best.


class Adaptive(Scheduler):
    """Freeze-thaw with Thompson sampling, a guard, and a reserve of whole trainings.

    - `startup_trials` are begun first, each trained to the first rung.
    - From then on, whenever a trial reaches a rung, one possible end of it, of every paused trial and of a few new
      configurations is drawn from a model of all learning curves (`hpo.surrogate`); the best draw gets the slot
      (freeze-thaw: Swersky et al. 2014, arXiv:1406.3896; Thompson sampling: Thompson 1933; new and paused ones in one
      contest, as in Wistuba et al. 2022, arXiv:2202.09774).
    - With several slots, a part of them (`SLOTS_A_LEADER`) is no prize of that contest: the trials that are expected to
      end best go on in any case. More slots do not shorten a whole training, so it should not wait for a lucky draw.
    - Rungs whose order does not correlate with that of the ends, over all whole trainings so far, are not gone by.
    - So that this can be measured, and something is finished, a share of the training goes to whole trainings:
      see `Reserve`.
    - After earlier sweeps, what they foretell is the mean of the model (`hpo.surrogate.prior`), and their rungs'
      correlations count beside its own (`hpo.surrogate.guard`).
    - When no new configuration may begin, paused trials go on as long as they have a fair chance to beat the best.

    Decisions follow from what it was told alone: the draws are seeded by the number of events.
    """

    def __init__(
        self, spec: AdaptiveSpec, space: Space, maximize: bool, longest: Length, history: History | None = None
    ) -> None:
        """A scheduler that has seen nothing.

        Args:
            spec: Its settings.
            space: What varies.
            maximize: Whether more of the metric is better.
            longest: The longest that a trial trains; must be known in `spec.unit`.
            history: Earlier sweeps; None: none.
        """
        super().__init__(maximize, longest)
        self.spec, self._space, self._cube, self._history = spec, space, Cube(space), history
        end = longest.in_unit(spec.unit)
        assert end is not None
        self.ladder = Ladder.between(float(spec.first), float(end))
        self._lines: dict[int, Line] = {}
        self._paused: list[int] = []
        self._running: set[int] = set()
        self._reserve = Reserve(self.ladder.end)
        self._events = 0
        self._numbers: dict[int, Mapping[str, Any]] = {}
        self._fits = Fits(self._cube, self.ladder, history)
        self._model: tuple[int, Ladder, Model] | None = None  # The last one, and the event that it is of.

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:
        """A new trial, which is of the reserve if a whole training is due."""
        due = self._due()
        self._events += 1
        self._lines[number] = Line(params)
        self._running.add(number)
        if due is Due.FRESH:
            self._reserve.take(number)

    def on_advance(self, number: int, exploit: Exploit | None) -> None:
        """A paused trial goes on, to its end if a whole training is due."""
        due = self._due()
        self._events += 1
        self._running.add(number)
        if number in self._paused:
            self._paused.remove(number)
        if due is Due.BEST:
            self._reserve.promise(number)

    def on_pause(self, number: int) -> None:
        """It was paused, and is again."""
        self._pause(number)

    def on_result(self, result: Result) -> Decision:
        """Go on between rungs; at a rung, only if nothing promises more."""
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        if fidelity(result, self.spec.unit) <= self._length(result.number):
            return Decision.CONTINUE
        rungs = self._rungs().reached
        before = rungs(self._length(result.number))
        self.retell(result)
        if self.at_end(result) or self._reserve.is_promised(result.number):
            return Decision.CONTINUE
        if rungs(fidelity(result, self.spec.unit)) == before:
            return Decision.CONTINUE
        if result.number in self._leaders(len(self._running)):
            return Decision.CONTINUE
        pick, due = self._pick((*self._paused, result.number)), self._due()
        if pick is not None and pick.number == result.number and due is None:
            return Decision.CONTINUE
        self._reasons[result.number], self._numbers[result.number] = self._why_paused(result, pick, due)
        self._pause(result.number)
        return Decision.PAUSE

    def retell(self, result: Result) -> Decision:
        """Learn only: what was decided then is in the ledger."""
        line = self._lines.setdefault(result.number, Line({}))
        length = fidelity(result, self.spec.unit)
        if length <= line.length or math.isnan(result.value):
            return Decision.CONTINUE
        self._events += 1
        if result.number in self._paused:
            self._paused.remove(result.number)
            self._running.add(result.number)
        line.curve[length] = self.score(result.value)
        line.whole = self.at_end(result)
        if line.whole:
            self._running.discard(result.number)
        self._fits.look(self._lines.values())
        return Decision.CONTINUE

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:
        """A trial is over. It is news only where its last evaluation did not say so."""
        line = self._lines.setdefault(number, Line({}))
        whole = state == "complete"
        if (line.bad, line.whole) != (cannot_work, whole) or number in self._paused:
            self._events += 1
        if not whole:
            self._reserve.forget(number)
        self._running.discard(number)
        line.bad, line.whole = cannot_work, whole
        if cannot_work:
            line.curve = {}  # What it scored before does not count.
        if number in self._paused:
            self._paused.remove(number)

    def choose(self, situation: Situation) -> Choice | None:
        """The best draw; at first, new trials."""
        if not situation.may_propose:
            return self._finish(situation)
        if len(self._lines) < self.spec.startup_trials:
            count = f"{len(self._lines) + 1} of {self.spec.startup_trials} that begin before any is advanced"
            return Choice(None, count)
        due = self._due()
        if due is Due.FRESH or not situation.paused:
            why = "a whole training, to see how far early rungs foretell the end" if due is Due.FRESH else ""
            return Choice(None, why)
        leads = not due and not set(self._leaders(len(situation.running) + 1)).isdisjoint(situation.paused)
        pick = self._pick(situation.paused, best=leads or due is Due.BEST)
        if pick is None:
            return Choice(None)
        if pick.number is None:  # The sampler proposes one of its own.
            why = f"a new configuration is due, since one that was drawn to compare promised most: {pick.reason(self)}"
            return Choice(None, why, pick.as_winner)
        return Choice(pick.number, ("without a contest: " if leads else "") + pick.reason(self), pick.numbers)

    def why_no_more(self) -> str:
        """Their chances, as `choose` saw them last."""
        return f"no paused trial had a chance of {self.spec.give_up:g} to beat the best"

    def numbers(self, number: int) -> Mapping[str, Any]:
        """The draws and expectations of that moment."""
        return self._numbers.get(number, {})

    def ends_at(self, height: float, model: Model) -> float:
        """The metric that a place on the model's scale stands for."""
        return self.value(model.scale.score(height))

    def _finish(self, situation: Situation) -> Choice | None:
        """Whom to advance when nothing new may begin: the likeliest to beat the best; None: nobody is likely."""
        if not situation.paused:
            return None
        arms = self._arms(situation.paused)
        if arms is None:
            return Choice(situation.paused[0], "it has waited longest, and too little is known")
        wholes = any(line.whole for line in self._lines.values())
        pick = arms.likeliest()
        if pick.chance < self.spec.give_up and (wholes or situation.running):
            return None
        return Choice(pick.number, pick.reason(self), pick.numbers)

    def _pick(self, numbers: tuple[int, ...], *, best: bool = False) -> Pick | None:
        """The winner among trials and new configurations; None: too little is known, so a new configuration."""
        if len(self._lines) < self.spec.startup_trials:
            return None
        arms = self._arms(numbers)
        if arms is None:
            return None
        if best:
            return arms.best()
        arms.add(self._space, self.spec.arms)
        return arms.thompson()

    def _leaders(self, slots: int) -> list[int]:
        """Those that go on in any case, of the trials in so many slots and the paused ones."""
        count = (slots + 1) // SLOTS_A_LEADER  # One that is about to leave its slot does not make it one less.
        if not count or len(self._lines) < self.spec.startup_trials:
            return []
        arms = self._arms(tuple(number for number in (*self._paused, *sorted(self._running)) if self._length(number)))
        return [] if arms is None else arms.leading(count)

    def _arms(self, numbers: tuple[int, ...]) -> Arms | None:
        lines = list(self._lines.values())
        if not Model.is_possible(lines):
            return None
        if self._model is None or self._model[0] != self._events:
            rungs = self._fits.rungs(lines)
            model = Model(self._cube, lines, rungs, self._fits.process(), self._history)
            self._model = self._events, rungs, model
        return Arms(self._model[2], {number: self._lines[number] for number in numbers}, self._events)

    def _pause(self, number: int) -> None:
        self._running.discard(number)
        self._paused.append(number)

    def _length(self, number: int) -> float:
        return self._lines[number].length if number in self._lines else 0.0

    def _rungs(self) -> Ladder:
        return self._fits.rungs(list(self._lines.values()))

    def _due(self) -> Due | None:
        if len(self._lines) < self.spec.startup_trials:
            return None
        return self._reserve.due(self._lines, guarded=len(self._rungs().rungs) > 1)

    def _why_paused(self, result: Result, pick: Pick | None, due: Due | None) -> tuple[str, Mapping[str, Any]]:
        at = f"{fidelity(result, self.spec.unit):g} {self.spec.unit}: {result.value:.4g}"
        if pick is None:
            return f"{at}; new trials begin first", {"value": result.value}
        if due is not None:
            return f"{at}; a whole training is due: of {due.value}", {"value": result.value, "due": due.name.lower()}
        winner = "a new configuration" if pick.number is None else f"trial {pick.number}"
        return f"{at}; {winner} promises more: {pick.reason(self)}", {"value": result.value, **pick.as_winner}
