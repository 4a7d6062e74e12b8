"""A search whose driver is killed goes on as if it had not been: at every single write to the ledger."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpo.budget import Budget
from hpo.enqueue import enqueue
from hpo.failures import Failure, Kind, Patience
from hpo.history import History, PastSweep, anywhere, kept, wishes
from hpo.ledger import BY_SCHEDULER, Ledger, Outcome, State, TrialRecord, Verdict, ledger_url
from hpo.ledger.storage import PatientStorage
from hpo.proposal import Proposal
from hpo.samplers import GPSpec, GridSpec, Sampler, SamplerSpec, TPESpec, make_sampler
from hpo.samplers.past import with_history
from hpo.schedulers import AdaptiveSpec, AshaSpec, Decision, HyperbandSpec, Scheduler, SchedulerSpec, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams
from tests.hpo.memory_ledger import Killed
from tests.hpo.pausing import HalvingSpec, scheduler_of
from tests.hpo.replaying import check_by_replay

EPOCHS, TRIALS, SLOTS = 4, 9, 2
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
TREE = {
    "train": {
        "learning_rate": {"low": 1e-5, "high": 1e-1, "log": True},
        "weight_decay": {"low": 0.0, "high": 0.1},
        "batch_size": {"choices": [8, 16]},
    }
}
GRID = {"train": {"learning_rate": {"choices": [1e-4, 1e-3, 1e-2]}, "batch_size": {"choices": [8, 16, 32]}}}
WRITES = (
    "create_new_trial",
    "set_trial_param",
    "set_trial_user_attr",
    "set_trial_intermediate_value",
    "set_trial_state_values",
)


class Executioner:
    """Kills the driver at a given write to the ledger: before it, or just after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.countdown = math.inf
        self.after = False
        self.writes = 0
        for name in WRITES:
            monkeypatch.setattr(PatientStorage, name, self._watching(getattr(PatientStorage, name)))

    def _watching(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Any:
            self.writes += 1
            self.countdown -= 1
            if self.countdown == 0 and not self.after:
                raise Killed
            written = write(*args, **kwargs)
            if self.countdown == 0:
                raise Killed
            return written

        return method


@dataclass(frozen=True)
class WarmGPSpec(GPSpec):
    """A sweep that begins after an earlier one, which the scheduler knows too."""


def parts(sampler: SamplerSpec, scheduler: SchedulerSpec) -> tuple[Sampler, Scheduler]:
    space = Space.parse(GRID if isinstance(sampler, GridSpec) else TREE, SCHEMA)
    if not isinstance(sampler, WarmGPSpec):
        return make_sampler(sampler, space, 0), scheduler_of(scheduler, PARAMS)
    history = earlier(space)
    warm = with_history(make_sampler(sampler, space, 0), history, weight=8.0)
    return warm, make_scheduler(scheduler, True, PARAMS, space, history)


def earlier(space: Space) -> History:
    rng = np.random.default_rng(0)
    params = [anywhere(space, rng) for _ in range(30)]
    curves = np.array([[value_of(one, epoch) for epoch in range(1, EPOCHS + 1)] for one in params])
    history = History(space, (PastSweep.from_arrays("earlier", params, curves, maximize=True),))
    return kept(History(space, history.sweeps, tuple(wishes(history, space, 2, START))))


class Strict:
    """An observer that is told of a trial's start before anything else, as MLflow's writer must be."""

    def __init__(self, ledger: Ledger) -> None:
        self.known = {record.number for record in ledger.trials()}  # What it catches up with.

    def started(self, record: TrialRecord) -> None:
        assert record.number not in self.known, "started twice"
        self.known.add(record.number)

    def evaluated(self, record: TrialRecord) -> None:
        assert record.number in self.known

    paused = resumed = ended = evaluated


def open_search(url: str, sampler: SamplerSpec, scheduler: SchedulerSpec) -> Search:
    ledger = Ledger.open(url, "sweep")
    return Search(
        ledger,
        *parts(sampler, scheduler),
        metric="accuracy",
        budget=Budget(TRIALS),
        patience=Patience(0),
        start=None if isinstance(sampler, GridSpec) else {**START},
        observers=(Strict(ledger),),
    )


START = {"train.learning_rate": 1e-4, "train.weight_decay": 0.0, "train.batch_size": 16}


def value_of(params: dict[str, Any], epoch: int) -> float:
    rate = params["train.learning_rate"]
    return math.nan if rate > 0.05 else epoch / (1 + abs(math.log10(rate) + 3) + params["train.batch_size"] / 100)


def evaluation(params: dict[str, Any], epoch: int) -> dict[str, Any]:
    metrics = {"accuracy": value_of(params, epoch)}
    return {"step": 10 * epoch, "epoch": float(epoch), "metrics": metrics, "last": epoch == EPOCHS}


def run(search: Search, rng: random.Random) -> None:
    """Train in two slots, in an order that chance decides; a trial that comes back repeats its last evaluation."""
    slots: dict[int, tuple[Proposal, int]] = {}
    while True:
        while len(slots) < SLOTS and (proposal := search.next()) is not None:
            done = round(search.records[proposal.number].epochs)
            slots[proposal.number] = proposal, max(1, done)
        if not slots:
            search.conclude()
            return
        number = rng.choice(sorted(slots))
        proposal, epoch = slots[number]
        decision = search.evaluated(number, evaluation(dict(proposal.params), epoch))
        if decision is Decision.STOP:
            del slots[number]
        elif decision is Decision.PAUSE:
            search.left(number, BY_SCHEDULER)
            del slots[number]
        elif epoch == EPOCHS:
            search.ended(number, Outcome())
            del slots[number]
        else:
            slots[number] = proposal, epoch + 1


CASES = [
    (TPESpec(startup_trials=3), AshaSpec(reduction_factor=2)),
    (GridSpec(), HyperbandSpec(reduction_factor=2)),
    (TPESpec(startup_trials=3), HalvingSpec()),
    (GPSpec(startup_trials=3), AdaptiveSpec(startup_trials=3)),
    (WarmGPSpec(startup_trials=3), AdaptiveSpec(startup_trials=6)),
]


@pytest.mark.parametrize(
    ("sampler", "scheduler"), CASES, ids=["tpe-asha", "grid-hyperband", "tpe-halving", "gp-adaptive", "warm"]
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_again_and_again_at_any_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampler: SamplerSpec, scheduler: SchedulerSpec, after: bool
) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    executioner, rng, kills = Executioner(monkeypatch), random.Random(0), 0
    executioner.after = after
    reported: dict[tuple[int, int], Any] = {}
    while True:
        executioner.countdown = rng.randint(1, 12)
        try:
            run(open_search(url, sampler, scheduler), rng)
        except Killed:
            kills += 1
        else:
            break
        finally:
            executioner.countdown = math.inf
        for record in Ledger.open(url, "sweep").trials():
            for entry in record.evaluations:
                place = record.number, entry["step"]
                assert reported.setdefault(place, repr(entry)) == repr(entry), "what was reported has changed"
    ledger = Ledger.open(url, "sweep")
    records = ledger.trials()
    assert [record.number for record in records] == list(range(TRIALS))
    assert all(record.state.ended for record in records)
    assert {record.state for record in records} >= {State.COMPLETE, State.PRUNED}
    assert kills > 15
    start = None if isinstance(sampler, GridSpec) else START
    compared = check_by_replay(ledger, tmp_path / "again", *parts(sampler, scheduler), "accuracy", start)
    turns = sum(d.verdict in (Verdict.PAUSED, Verdict.ADVANCED) for record in records for d in record.decisions)
    assert compared == turns + sum(2 + len(record.evaluations) for record in records)
    assert (turns > 10) == isinstance(scheduler, HalvingSpec | AdaptiveSpec)


@pytest.mark.parametrize("sampler", [TPESpec(startup_trials=1), GPSpec(startup_trials=1)], ids=["tpe", "gp"])
def test_a_half_made_trial_loses_the_dimension_that_the_space_has_lost(tmp_path: Path, sampler: SamplerSpec) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    first = open_search(url, sampler, AshaSpec())
    run(first, random.Random(0))
    first.sampler.ask(first.ledger.study)  # As a driver does that is killed before it can write the start.
    ledger = Ledger.open(url, "sweep")
    tree = {"train": {name: ends for name, ends in TREE["train"].items() if name != "weight_decay"}}
    smaller = make_sampler(sampler, Space.parse(tree, SCHEMA), 0)
    budget, scheduler = Budget(TRIALS + 2), scheduler_of(AshaSpec(), PARAMS)
    again = Search(ledger, smaller, scheduler, metric="accuracy", budget=budget, patience=Patience(0))
    assert set(again.records[TRIALS].params) == {"train.learning_rate", "train.batch_size"}
    run(again, random.Random(0))
    assert [record.number for record in Ledger.open(url, "sweep").trials()] == list(range(TRIALS + 2))


def test_retries_and_pieces_survive_the_driver(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})

    def search() -> Search:
        made = open_search(url, *CASES[0])
        made.patience = Patience(retries=2)
        return made

    first = search()
    number = first.next().number  # type: ignore[union-attr]
    first.failed(number, Failure(Kind.LOST, "gone"))
    second = search()
    assert second.next().number == number  # type: ignore[union-attr]
    second.failed(number, Failure(Kind.HOST_MEMORY, "too large"))
    third = search()
    proposal = third.next()
    assert proposal is not None
    assert (proposal.number, proposal.attempt, proposal.pieces) == (number, 2, 2)
    third.failed(number, Failure(Kind.HUNG, "silent"))
    fourth = search()
    assert fourth.next().number == number  # type: ignore[union-attr]
    fourth.failed(number, Failure(Kind.LOST, "gone again"))
    record = fourth.records[number]
    assert (record.state, record.reason) == (State.FAILED, "tried 3 times; the last time: gone again")
    assert [attempt.end for attempt in Ledger.open(url, "sweep").trials()[number].attempts] == [
        "lost",
        "host_memory",
        "hung",
        "",
    ]


def test_preempted_and_lost_nodes_do_not_count(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    search = open_search(url, *CASES[0])
    for kind in (Kind.PREEMPTED, Kind.NODE_LOST) * 3:
        proposal = search.next()
        assert proposal is not None
        assert proposal.number == 0
        search.failed(0, Failure(kind, "not its fault"))
    assert search.records[0].state is State.PAUSED
    assert search.next() is not None


def test_a_preempted_process_that_ends_is_no_second_failure(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    search = open_search(url, *CASES[0])
    assert search.next().number == 0  # type: ignore[union-attr]
    search.failed(0, Failure(Kind.PREEMPTED, "told to go"))
    search.failed(0, Failure(Kind.LOST, "gone"))
    search.come_back(0)
    assert [attempt.end for attempt in search.records[0].attempts] == ["preempted"]
    handed_out = [search.next(), search.next()]
    assert [proposal.number for proposal in handed_out if proposal] == [0, 1]


def test_a_trial_that_kills_its_nodes_is_not_tried_for_ever(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    search = open_search(url, *CASES[0])
    while (proposal := search.next()) is not None and proposal.number == 0:
        search.failed(0, Failure(Kind.NODE_LOST, "the node died"))
    record = search.records[0]
    assert (record.state, len(record.attempts)) == (State.FAILED, 8)
    assert record.reason.startswith("8 nodes died while they trained it")


def test_what_a_person_asked_for_is_tried_after_the_budget(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    search = open_search(url, *CASES[0])
    search.budget = Budget(None, hours=1e-9)
    assert search.next() is not None  # the start, which was put in by hand too
    assert search.finished
    params = {"train.learning_rate": 0.01, "train.weight_decay": 0.05, "train.batch_size": 8}
    for _ in range(2):  # the second time as after a crash
        enqueue(search.ledger.study, search.sampler.space.encode(params), request=7, parent=0)
    proposal = search.next()
    assert proposal is not None
    assert (proposal.params, search.records[1].parent) == (params, 0)
    assert search.next() is None


def test_a_hopeless_sweep_is_given_up(tmp_path: Path) -> None:
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})
    search = open_search(url, *CASES[0])
    search.patience = Patience(retries=5, max_failures=2)
    for _ in range(2):
        proposal = search.next()
        assert proposal is not None
        search.failed(proposal.number, Failure(Kind.ERROR, "KeyError: 'x'"))
    assert search.given_up == "2 trials failed (0, 1), and sweep.max_failures=2"
    assert search.next() is None
    assert search.finished
    again = open_search(url, *CASES[0])
    again.patience = Patience(retries=5, max_failures=2)
    assert again.next() is not None, "whoever resumes it has mended it"
