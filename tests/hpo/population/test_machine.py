"""The decision state machine with a population: besides all else, what is taken over is always there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from hpo.budget import Budget
from hpo.exploit import Exploit
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, State
from hpo.lineage import lineage
from hpo.population.course import kept_name
from hpo.population.keeper import AsideKeeper
from hpo.proposal import Proposal
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import PbtSpec, make_scheduler
from hpo.search import Search
from tests.hpo.pausing import PARAMS, SPACE
from tests.hpo.test_search_machine import CAREFUL, RETRIES, TRIALS, Driving, Watched

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
        ledger.settle("accuracy")  # As a driver does before it makes the observers.
        return Search(
            ledger,
            make_sampler(RandomSpec(), SPACE, 0),
            Told(make_scheduler(self.spec, True, PARAMS, SPACE)),
            metric="accuracy",
            budget=Budget(TRIALS),
            patience=Patience(RETRIES),
            observers=(AsideKeeper(self.folder, ledger),),
        )

    def begins(self, proposal: Proposal) -> None:
        number, course = proposal.number, proposal.lineage
        if course and (number, course[-1].steps) not in self.taken:
            source = self.folder / "population" / kept_name(course[-2].trial, course[-1].steps)
            assert source.is_dir(), f"{source} was removed too early"
            self.taken.add((number, course[-1].steps))
            self.checkpoints[number] = course[-1].steps // 10

    def leaves(self, number: int) -> None:
        steps = 10 * self.checkpoints[number]
        kept = self.folder / "population" / kept_name(number, steps)
        kept.mkdir(parents=True, exist_ok=True)
        self.do(lambda: self.search.left(number, BY_SCHEDULER, steps))

    def at_the_end(self) -> None:
        """Every member ends, and each lineage begins at the first step."""
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
