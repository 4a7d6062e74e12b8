"""The decision state machine: whatever happens in whatever order, nothing is lost, doubled, or left without an end."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import optuna
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hpo.budget import Budget
from hpo.failures import Failure, Kind, Patience
from hpo.ledger import BY_SCHEDULER, Cause, Outcome, State
from hpo.proposal import Proposal
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import (
    AdaptiveSpec,
    AshaSpec,
    Choice,
    Decision,
    FifoSpec,
    HyperbandSpec,
    Result,
    Scheduler,
    SchedulerSpec,
    Situation,
)
from hpo.search import Search
from tests.hpo.memory_ledger import Killed, MemoryStorage
from tests.hpo.pausing import EPOCHS, PARAMS, SPACE, HalvingSpec, scheduler_of

TRIALS, SLOTS, RETRIES = 7, 3, 1
SPECS = [
    FifoSpec(),
    AshaSpec(reduction_factor=2),
    HyperbandSpec(reduction_factor=2),
    HalvingSpec(),
    AdaptiveSpec(startup_trials=3),
]
CAREFUL = settings(max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Returned = TypeVar("Returned")


@dataclass
class Process:
    """What trains in a slot.

    Attributes:
        epoch: How far it is.
        leaving: Whether it was told to pause, and has not left yet.
    """

    epoch: int
    leaving: bool = False


class Watched(Scheduler):
    """Another scheduler, behind checks of what it is told and what it answers."""

    def __init__(self, inner: Scheduler) -> None:
        super().__init__(inner.maximize, inner.longest)
        self.inner = inner
        self.begun: set[int] = set()
        self.ended: set[int] = set()
        self.results: set[tuple[int, int]] = set()

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:
        assert number not in self.begun
        self.begun.add(number)
        self.inner.on_start(number, params)

    def on_result(self, result: Result) -> Decision:
        self._check(result)
        return self.inner.on_result(result)

    def retell(self, result: Result) -> Decision:
        self._check(result)
        return self.inner.retell(result)

    def _check(self, result: Result) -> None:
        assert result.number in self.begun - self.ended
        assert (result.number, result.steps) not in self.results, "one evaluation was counted twice"
        self.results.add((result.number, result.steps))

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:
        assert number in self.begun - self.ended
        self.ended.add(number)
        self.inner.on_end(number, state, cannot_work)

    def choose(self, situation: Situation) -> Choice | None:
        choice = self.inner.choose(situation)
        assert choice == self.inner.choose(situation), "to choose changes nothing"
        if choice is not None and choice.number is None:
            assert situation.may_propose
        elif choice is not None:
            assert choice.number in situation.paused
        return choice

    def numbers(self, number: int) -> Mapping[str, Any]:
        return self.inner.numbers(number)

    def reason(self, number: int) -> str:
        return self.inner.reason(number)


def value_of(number: int, epoch: int) -> float:
    """No order of the trials at one epoch is that at another; one diverges."""
    return math.nan if number == 4 and epoch == 3 else (number * 37 + epoch * epoch * 11) % 101 / 101


class Driving(RuleBasedStateMachine):
    """Slots in which trials train, and a search that is asked and told; the slots know nothing but what they do."""

    def __init__(self, spec: SchedulerSpec) -> None:
        super().__init__()
        self.spec = spec
        self.storage = MemoryStorage()
        self.storage.begin("sweep")
        self.slots: dict[int, Process] = {}
        self.checkpoints: dict[int, int] = {}  # The epoch that each trial would go on from.
        self.proposed: set[int] = set()
        self.search = self.open()

    def open(self) -> Search:
        """A new driver's search over what was written. Processes of the last one are gone."""
        self.slots.clear()
        try:
            return self.made()
        except Killed:
            return self.made()

    def made(self) -> Search:
        return Search(
            self.storage.ledger("sweep"),
            make_sampler(RandomSpec(), SPACE, 0),
            Watched(scheduler_of(self.spec, PARAMS)),
            metric="accuracy",
            budget=Budget(TRIALS),
            patience=Patience(RETRIES),
        )

    def do(self, call: Callable[[], Returned]) -> Returned | None:
        """Let the driver do something, in which it may die; then another takes its place."""
        try:
            return call()
        except Killed:
            self.search = self.open()
            return None

    def pick(self, index: int, *, leaving: bool = False) -> int | None:
        fitting = [number for number, process in self.slots.items() if process.leaving == leaving]
        return fitting[index % len(fitting)] if fitting else None

    @precondition(lambda self: len(self.slots) < SLOTS)
    @rule()
    def hand_out(self) -> None:
        proposal = self.do(self.search.next)
        if proposal is None:
            return
        assert proposal.number not in self.slots
        assert proposal.attempt == len(self.search.records[proposal.number].attempts) - 1
        self.proposed.add(proposal.number)
        self.begins(proposal)
        self.slots[proposal.number] = Process(self.checkpoints.get(proposal.number, 0))

    def begins(self, proposal: Proposal) -> None:
        """What else happens before a trial comes into a slot."""

    @precondition(lambda self: self.pick(0) is not None)
    @rule(index=st.integers(0, SLOTS - 1))
    def evaluate(self, index: int) -> None:
        number = self.pick(index)
        assert number is not None
        process = self.slots[number]
        process.epoch += 1
        metrics = {"accuracy": value_of(number, process.epoch)}
        entry = {"step": 10 * process.epoch, "epoch": float(process.epoch), "metrics": metrics}
        last = process.epoch == EPOCHS
        decision = self.do(lambda: self.search.evaluated(number, {**entry, "last": last}))
        if decision is Decision.STOP:
            del self.slots[number]
        elif decision is Decision.PAUSE:
            assert not last
            process.leaving = True
        elif decision is Decision.CONTINUE and last:
            self.do(lambda: self.search.ended(number, Outcome()))
            self.slots.pop(number, None)

    @precondition(lambda self: self.pick(0, leaving=True) is not None)
    @rule(index=st.integers(0, SLOTS - 1))
    def leave_slot(self, index: int) -> None:
        number = self.pick(index, leaving=True)
        assert number is not None
        self.checkpoints[number] = self.slots[number].epoch
        self.leaves(number)
        self.slots.pop(number, None)

    def leaves(self, number: int) -> None:
        """A paused trial gives its slot back."""
        self.do(lambda: self.search.left(number, BY_SCHEDULER))

    @precondition(lambda self: self.slots)
    @rule(index=st.integers(0, SLOTS - 1), kind=st.sampled_from(Kind), leaving=st.booleans())
    def lose(self, index: int, kind: Kind, leaving: bool) -> None:
        number = self.pick(index, leaving=leaving)
        if number is not None:
            self.do(lambda: self.search.failed(number, Failure(kind, "gone")))
            self.slots.pop(number, None)

    @precondition(lambda self: self.search.records)
    @rule(index=st.integers(0, TRIALS - 1))
    def person_ends(self, index: int) -> None:
        records = self.search.records
        number = sorted(records)[index % len(records)]
        self.do(lambda: self.search.ended(number, Outcome(Cause.STOPPED_BY_USER, "hpo stop --trial")))
        self.slots.pop(number, None)

    @rule()
    def person_stops(self) -> None:
        self.checkpoints |= {number: process.epoch for number, process in self.slots.items()}
        self.do(lambda: self.search.leave("hpo stop"))
        self.search = self.open()

    @rule()
    def driver_dies(self) -> None:
        self.search = self.open()

    @rule(writes=st.integers(1, 8), after=st.booleans())
    def driver_will_die(self, writes: int, after: bool) -> None:
        self.storage.countdown, self.storage.after = writes, after

    @invariant()
    def what_runs_is_in_a_slot(self) -> None:
        assert {record.number for record in self.search.running} == set(self.slots)
        assert len(self.slots) <= SLOTS

    @invariant()
    def no_trial_is_lost(self) -> None:
        assert self.proposed <= set(self.search.records) == set(range(len(self.search.records)))
        assert len(self.search.records) <= TRIALS
        for record in self.search.records.values():
            goes_on = record.number in self.search._waiting
            held = record in self.search.paused
            assert [record.state is State.RUNNING, goes_on, held, record.state.ended].count(True) == 1

    @invariant()
    def the_ledger_knows_all(self) -> None:
        told = {record.number: record for record in self.storage.ledger("sweep").trials()}
        assert told.keys() == self.search.records.keys()
        for number, record in self.search.records.items():
            steps = [entry["step"] for entry in told[number].evaluations]
            assert steps == sorted(set(steps)) == [entry["step"] for entry in record.evaluations]
            assert (told[number].state, told[number].cause) == (record.state, record.cause)
            assert told[number].decisions == record.decisions

    def teardown(self) -> None:
        """Drive it to its end."""
        self.storage.countdown = math.inf
        for _ in range(100 * TRIALS):
            while len(self.slots) < SLOTS and not self.search.finished:
                self.hand_out()
            if not self.slots:
                break
            if self.pick(0, leaving=True) is not None:
                self.leave_slot(0)
            else:
                self.evaluate(0)
        assert not self.slots
        assert self.search.finished
        self.search.conclude()
        self.no_trial_is_lost()
        self.the_ledger_knows_all()
        self.at_the_end()

    def at_the_end(self) -> None:
        """What holds once no trial is left to train."""
        assert len(self.search.records) == TRIALS
        assert all(record.state.ended for record in self.search.records.values())
        again = self.open()
        assert again.finished
        assert again.next() is None
        assert again.scheduler.ended == set(range(TRIALS))  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def quiet() -> Any:
    optuna.logging.set_verbosity(logging.WARNING)
    yield
    optuna.logging.set_verbosity(logging.INFO)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_whatever_happens_every_trial_ends_once(spec: SchedulerSpec) -> None:
    run_state_machine_as_test(lambda: Driving(spec), settings=CAREFUL)
