"""A scheduler that pauses and advances, as simple as one can be: synchronous successive halving."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, Ledger, Outcome
from hpo.proposal import Proposal
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import Choice, Decision, Length, Result, Scheduler, SchedulerSpec, Situation, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

EPOCHS = 4
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
SPACE = Space.parse({"train": {"learning_rate": {"low": 1e-5, "high": 1e-1, "log": True}}}, SCHEMA)


@dataclass(frozen=True)
class HalvingSpec(SchedulerSpec):
    """It has no settings."""

    name: str = "halving"


def scheduler_of(spec: SchedulerSpec, params: TrainParams) -> Scheduler:
    """The scheduler of these settings, `Halving` included; more of the metric is better."""
    return Halving(True, Length.of(params)) if isinstance(spec, HalvingSpec) else make_scheduler(spec, True, params)


class Halving(Scheduler):
    """Successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943) over all trials of the sweep.

    Every trial pauses at each rung. When no new one may begin and none runs, the best half of those that reached a rung
    go on to the next, one after the other.
    """

    def __init__(self, maximize: bool, longest: Length, rungs: tuple[int, ...] = (1, 2)) -> None:
        super().__init__(maximize, longest)
        self.rungs = rungs
        self.seen: dict[int, dict[int, float]] = {rung: {} for rung in rungs}
        self.ended: set[int] = set()
        self.begun: dict[int, Mapping[str, Any]] = {}
        self.judged = 0  # How often it was asked for a decision that counts.

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:
        assert number not in self.begun, "told twice of one start"
        self.begun[number] = params

    def on_result(self, result: Result) -> Decision:
        self.judged += 1
        return self._take(result)

    def retell(self, result: Result) -> Decision:
        self._take(result)
        return Decision.CONTINUE

    def _take(self, result: Result) -> Decision:
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        rung = next((rung for rung in self.rungs if rung == result.epochs), None)
        if rung is None or self.at_end(result):
            return Decision.CONTINUE
        assert result.number in self.begun, "a result of a trial that never began"
        assert self.seen[rung].setdefault(result.number, result.value) == result.value, "a rung was counted twice"
        self._reasons[result.number] = f"rung {rung}: {result.value:.4g}, {len(self.seen[rung])} are here"
        return Decision.PAUSE

    def choose(self, situation: Situation) -> Choice | None:
        if situation.may_propose:
            return Choice(None, f"{len(self.begun)} trials before it", {"begun": len(self.begun)})
        if situation.running:
            return None
        for rung in reversed(self.rungs):
            here = [number for number in situation.paused if self._rung(number) == rung]
            values = {number: self.score(value) for number, value in self.seen[rung].items()}
            ranked = sorted(values, key=lambda number: (-values[number], number))
            chosen = next((n for n in ranked[: math.ceil(len(ranked) / 2)] if n in here), None)
            if chosen is not None:
                place = ranked.index(chosen) + 1
                return Choice(chosen, f"place {place} of {len(ranked)} at rung {rung}", {"rung": rung, "place": place})
        return None

    def numbers(self, number: int) -> Mapping[str, Any]:
        return {"rung": self._rung(number)}

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:
        assert number not in self.ended, "told twice of one end"
        self.ended.add(number)

    def _rung(self, number: int) -> int:
        return max((rung for rung in self.rungs if number in self.seen[rung]), default=0)


def open_search(url: str, budget: Budget, retries: int = 0) -> Search:
    """A search with `Halving` over what the ledger has of the sweep "sweep"."""
    return Search(
        Ledger.open(url, "sweep"),
        make_sampler(RandomSpec(), SPACE, 0),
        Halving(True, Length.of(PARAMS)),
        metric="accuracy",
        budget=budget,
        patience=Patience(retries),
    )


def evaluation(number: int, epoch: int) -> dict[str, Any]:
    """Later trials are better."""
    value = (number + 1) * epoch / 100
    return {"step": 10 * epoch, "epoch": float(epoch), "metrics": {"accuracy": value}, "last": epoch == EPOCHS}


def stay(search: Search, proposal: Proposal) -> None:
    """One stay in a slot: on until it is paused, stopped, or at its end."""
    number = proposal.number
    for epoch in range(round(search.records[number].epochs) + 1, EPOCHS + 1):
        decision = search.evaluated(number, evaluation(number, epoch))
        if decision is Decision.PAUSE:
            search.left(number, BY_SCHEDULER)
        if decision is not Decision.CONTINUE:
            return
    search.ended(number, Outcome())


def run(search: Search, stays: int = 100) -> None:
    """So many stays, one after the other."""
    for _ in range(stays):
        proposal = search.next()
        if proposal is None:
            return
        stay(search, proposal)
