"""Rules in a search without Ray: what ends, why, and what a later driver and an extended sweep make of it."""

import random
from pathlib import Path
from typing import Any

import pytest

from hpo.budget import Budget
from hpo.enqueue import enqueue
from hpo.failures import Failure, Kind, Patience
from hpo.ledger import Cause, Inbox, Ledger, Outcome, State, ledger_url, open_engine
from hpo.ledger import Kind as Asked
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import Decision, FifoSpec, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from hpo.steward import Steward
from hpo.stopping import PlateauSpec, Stopped, StopSpec
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

EPOCHS = 3
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
SPACE = Space.parse({"train": {"weight_decay": {"low": 0.0, "high": 0.1}}}, SCHEMA)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def begin(folder: Path, stop: StopSpec, *, trials: int = 30, maximize: bool = True, **budget: Any) -> Search:
    noted = Budget(trials, stop=stop).to_dict()
    ledger = Ledger.create(ledger_url(folder), "sweep", maximize=maximize, about={"budget": noted})
    return search_over(ledger, Budget(trials, stop=stop, **budget))


def search_over(ledger: Ledger, budget: Budget) -> Search:
    sampler, scheduler = make_sampler(RandomSpec(), SPACE, 0), make_scheduler(FifoSpec(), ledger.maximize, PARAMS)
    return Search(ledger, sampler, scheduler, metric="accuracy", budget=budget, patience=Patience(2))


def again(folder: Path) -> Search:
    """As the next driver has it."""
    ledger = Ledger.open(ledger_url(folder), "sweep")
    return search_over(ledger, Budget.of(ledger.about))


def steward_of(search: Search, folder: Path) -> Steward:
    return Steward(search, Inbox(open_engine(ledger_url(folder)), "sweep"), 0.0, lambda: "")


def evaluation(epoch: int, value: float) -> dict[str, Any]:
    return {"step": epoch, "epoch": float(epoch), "metrics": {"accuracy": value}, "last": epoch == EPOCHS}


def start(search: Search) -> int:
    proposal = search.next()
    assert proposal is not None
    return proposal.number


def train(search: Search, value: float) -> int:
    number = start(search)
    for epoch in range(1, EPOCHS + 1):
        if search.evaluated(number, evaluation(epoch, value)) is Decision.STOP:
            return number
    search.ended(number, Outcome())
    return number


def test_target_ends_all_and_the_one_that_reached_it_is_complete(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.9))
    lost, slow, quick, silent = (start(search) for _ in range(4))
    search.failed(lost, Failure(Kind.LOST, "gone"))
    assert search.evaluated(slow, evaluation(1, 0.89)) is Decision.CONTINUE
    assert search.evaluated(quick, evaluation(1, 0.91)) is Decision.STOP
    reason = "the sweep ends: trial 2 reached 0.91, and sweep.stop.target=0.9 is enough"
    ends = {n: (r.state, r.cause, r.reason) for n, r in search.records.items() if r.state.ended}
    assert ends == {
        quick: (State.COMPLETE, Cause.EARLY_STOP, reason),
        lost: (State.PRUNED, Cause.SCHEDULER, reason),
    }
    assert search.finished
    assert search.next() is None
    steward = steward_of(search, tmp_path)
    steward.tick()
    assert steward.is_to_leave(silent)  # After its current step, not only after its next evaluation.
    steward.left(silent)
    assert search.evaluated(slow, evaluation(2, 0.8)) is Decision.STOP
    assert {search.records[n].state for n in (slow, silent)} == {State.PRUNED}
    stopped = Stopped.of(search.ledger.about)
    assert stopped is not None
    assert (stopped.rule, stopped.trials) == ("target", 4)


def test_target_of_a_loss_and_at_the_last_evaluation(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.5), maximize=False)
    train(search, 0.6)
    assert not search.finished
    number = start(search)
    search.evaluated(number, evaluation(2, 0.55))
    assert search.evaluated(number, evaluation(3, 0.5)) is Decision.CONTINUE  # It ends by itself.
    search.ended(number, Outcome())
    assert (search.records[number].state, search.records[number].cause) == (State.COMPLETE, None)
    assert search.finished


@pytest.mark.parametrize("noted", [True, False])
def test_a_driver_that_dies_at_the_target_leaves_the_same(tmp_path: Path, noted: bool) -> None:
    search = begin(tmp_path, StopSpec(target=0.9))
    slow, quick = start(search), start(search)
    search.evaluated(slow, evaluation(1, 0.2))
    search.ledger.evaluate(quick, evaluation(1, 0.95), 0.95)  # Killed right after this, or after the note.
    if noted:
        search.records[quick].value = 0.95
        search.stopper.judge(search.records.values())
    later = again(tmp_path)
    assert {n: r.state for n, r in later.records.items()} == {slow: State.PRUNED, quick: State.COMPLETE}
    assert later.next() is None
    assert Stopped.of(later.ledger.about) == later.stopper.stopped


def test_plateau_lets_running_trials_end_and_nothing_new_begin(tmp_path: Path) -> None:
    rng = random.Random(0)
    search = begin(tmp_path, StopSpec(plateau=PlateauSpec(0.005, 5, 10)))
    running = start(search)
    while not search.finished:
        train(search, 0.7 + rng.uniform(0, 0.001))
    assert 10 <= len(search.records) < 30
    assert search.stopper.stopped is not None
    assert search.stopper.stopped.rule == "plateau"
    assert search.evaluated(running, evaluation(1, 0.7)) is Decision.CONTINUE
    later = again(tmp_path)
    assert later.next() is not None  # The one that ran goes on.
    assert later.next() is None


@pytest.mark.parametrize(("stop", "rule"), [(StopSpec(gpu_hours=1), "gpu_hours"), (StopSpec(cpu_hours=4), "cpu_hours")])
def test_hours_in_slots_are_counted_by_what_a_slot_has(tmp_path: Path, stop: StopSpec, rule: str) -> None:
    clock = Clock()
    search = begin(tmp_path, stop, clock=clock, slot_cpus=2.0, slot_gpus=0.5)
    first, second = start(search), start(search)
    clock.now += 1800
    search.left(first, "left")  # Half an hour, as long as it is away.
    clock.now += 3600
    search.evaluated(second, evaluation(1, 0.5))
    assert search.stopper.stopped is not None
    assert search.stopper.stopped.rule == rule
    assert search.next() is None
    assert not search.records[second].state.ended


def test_extended_sweep_goes_on_without_the_rule_that_was_met(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.9, cpu_hours=50))
    train(search, 0.95)
    inbox = Inbox(open_engine(ledger_url(tmp_path)), "sweep")
    inbox.ask(Asked.EXTEND, {"trials": 3, "hours": 0.0, "gpu_hours": 0.0, "cpu_hours": 0.0, "target": None})
    steward_of(search, tmp_path).tick()
    assert search.budget.stop == StopSpec(cpu_hours=50)
    later = again(tmp_path)
    for _ in range(3):
        train(later, 0.95)
    assert later.next() is None
    later.stopper.conclude(len(later.records))
    noted = Stopped.of(later.ledger.about)
    assert noted == Stopped("trials", "all 4 trials were begun", 4)
    assert again(tmp_path).stopper.stopped is None  # Seen from the trials, not remembered.


def test_new_target_alone_touches_no_other_limit(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.9))
    train(search, 0.95)
    Inbox(open_engine(ledger_url(tmp_path)), "sweep").ask(Asked.EXTEND, {"target": 0.97})
    steward_of(search, tmp_path).tick()
    assert (search.budget.trials, search.budget.stop.target) == (30, 0.97)
    train(search, 0.96)
    assert not search.finished
    train(search, 0.98)
    assert search.finished


def test_target_that_was_reached_before_is_said_at_once(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.9))
    train(search, 0.95)
    inbox = Inbox(open_engine(ledger_url(tmp_path)), "sweep")
    request = inbox.ask(Asked.EXTEND, {"trials": 5, "target": 0.94})
    steward_of(search, tmp_path).tick()
    why = "trial 0 reached 0.95, and sweep.stop.target=0.94 is enough"
    assert inbox.find(request).answer == f"the sweep is done all the same: {why}"
    assert search.next() is None


def test_more_hours_in_slots_count_from_now(tmp_path: Path) -> None:
    clock = Clock()
    search = begin(tmp_path, StopSpec(cpu_hours=1), clock=clock)
    number = start(search)
    clock.now += 7200
    search.evaluated(number, evaluation(1, 0.5))
    assert search.next() is None
    Inbox(open_engine(ledger_url(tmp_path)), "sweep").ask(Asked.EXTEND, {"cpu_hours": 3.0})
    steward_of(search, tmp_path).tick()
    assert (search.budget.trials, search.budget.stop.cpu_hours) == (None, 5.0)
    assert search.next() is not None


def test_what_a_person_asks_for_is_tried_in_full_after_the_end(tmp_path: Path) -> None:
    search = begin(tmp_path, StopSpec(target=0.9))
    train(search, 0.95)
    enqueue(search.ledger.study, {"train.weight_decay": 0.01}, 1)
    number = train(search, 0.5)
    assert (number, search.records[number].state) == (1, State.COMPLETE)
    assert search.next() is None
