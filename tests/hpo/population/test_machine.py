"""The decision state machine with a population: besides all else, what is taken over is always there."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from hpo.budget import Budget
from hpo.exploit import Exploit
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, State
from hpo.lineage import lineage
from hpo.population.course import kept_name
from hpo.population.keeper import AsideKeeper
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import PbtSpec, make_scheduler
from hpo.search import Search
from tests.hpo.pausing import PARAMS, SPACE
from tests.hpo.test_search_machine import CAREFUL, RETRIES, SLOTS, TRIALS, Driving, Process, Watched

POPULATION = 4


class Told(Watched):
    """Passes on what only a population is told."""

    def on_advance(self, number: int, exploit: Exploit | None) -> None:
        assert number in self.begun - self.ended
        self.inner.on_advance(number, exploit)

    def on_kept(self, number: int, steps: int) -> None:
        self.inner.on_kept(number, steps)


class Population(Driving):
    """Slots whose trials leave checkpoints for each other, in folders that the driver removes."""

    def __init__(self, spec: PbtSpec, folder: Path) -> None:
        self.folder = folder
        self.taken: set[tuple[int, int]] = set()
        super().__init__(spec)

    def made(self) -> Search:
        ledger = self.storage.ledger("sweep")
        ledger.note("config", {})
        return Search(
            ledger,
            make_sampler(RandomSpec(), SPACE, 0),
            Told(make_scheduler(self.spec, True, PARAMS, SPACE)),
            metric="accuracy",
            budget=Budget(TRIALS),
            patience=Patience(RETRIES),
            observers=(AsideKeeper(self.folder, ledger),),
        )

    @precondition(lambda self: len(self.slots) < SLOTS)
    @rule()
    def hand_out(self) -> None:
        proposal = self.do(self.search.next)
        if proposal is None:
            return
        number, course = proposal.number, proposal.lineage
        assert number not in self.slots
        self.proposed.add(number)
        if course and (number, course[-1].steps) not in self.taken:
            source = self.folder / "population" / kept_name(course[-2].trial, course[-1].steps)
            assert source.is_dir(), f"{source} was removed too early"
            self.taken.add((number, course[-1].steps))
            self.checkpoints[number] = course[-1].steps // 10
        self.slots[number] = Process(self.checkpoints.get(number, 0))

    @precondition(lambda self: self.pick(0, leaving=True) is not None)
    @rule(index=st.integers(0, SLOTS - 1))
    def leave_slot(self, index: int) -> None:
        number = self.pick(index, leaving=True)
        assert number is not None
        epoch = self.checkpoints[number] = self.slots[number].epoch
        kept = self.folder / "population" / kept_name(number, 10 * epoch)
        kept.mkdir(parents=True, exist_ok=True)
        self.do(lambda: self.search.left(number, BY_SCHEDULER, 10 * epoch))
        self.slots.pop(number, None)

    def teardown(self) -> None:
        """Driven to the end, every member ends, and each lineage begins at the first step."""
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
        records = self.search.records
        lost = sum(record.state is not State.COMPLETE for record in records.values())
        assert len(records) == min(POPULATION + lost, TRIALS)
        for number in records:
            steps = [segment.steps for segment in lineage(records, number)]
            assert steps[0] == 0
            assert steps == sorted(set(steps))
        assert not [*self.folder.glob("population/*/step-*")]


def test_whatever_happens_what_is_taken_over_is_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    made: list[Population] = []

    def machine() -> Population:
        made.append(Population(PbtSpec(population=POPULATION), tmp_path_factory.mktemp("sweep")))
        return made[-1]

    run_state_machine_as_test(machine, settings=CAREFUL)
    assert sum(len(one.taken) for one in made) > len(made), "hardly anything was taken over"
