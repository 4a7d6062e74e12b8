"""Trials that the scheduler pauses and advances, in a search without Ray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.budget import Budget
from hpo.enqueue import enqueue
from hpo.failures import Failure, Kind, Patience
from hpo.ledger import BY_SCHEDULER, Cause, Inbox, Ledger, State, Verdict, ledger_url, open_engine
from hpo.ledger import Kind as Asked
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import AdaptiveSpec, Decision
from hpo.search import Search
from hpo.steward import Steward
from hpo.stopping import StopSpec
from tests.hpo.pausing import PARAMS, SPACE, evaluation, open_search, run, scheduler_of, stay

Make = Callable[..., Search]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A new search over the same ledger each time, as by a new driver."""
    url = ledger_url(tmp_path)
    Ledger.create(url, "sweep", maximize=True, about={})

    def made(budget: Budget | None = None, retries: int = 0) -> Search:
        return open_search(url, budget or Budget(4), retries)

    return made


def test_all_pause_and_the_best_half_goes_on_each_time(make: Make) -> None:
    search = make()
    run(search)
    assert search.finished
    assert {number: record.epochs for number, record in search.records.items()} == {0: 1, 1: 1, 2: 2, 3: 4}
    assert [record.state for record in search.records.values()] == [State.PAUSED] * 3 + [State.COMPLETE]
    search.conclude()
    assert search.finished
    ended = [(record.state, record.cause) for record in search.ledger.trials()]
    assert ended == [(State.PRUNED, Cause.SCHEDULER)] * 3 + [(State.COMPLETE, None)]
    assert search.records[2].reason == "paused after 2 epochs and never advanced: rung 2: 0.06, 2 are here"
    assert [attempt.end for attempt in search.records[3].attempts] == ["scheduler", "scheduler", ""]


def test_each_decision_is_in_the_ledger_with_its_reason_and_numbers(make: Make) -> None:
    search = make()
    run(search)
    search.conclude()
    told = [(d.verdict.value, d.reason, dict(d.numbers)) for d in search.ledger.trial(3).decisions]
    assert told == [
        ("proposed", "drawn at random; 3 trials before it", {"begun": 3}),
        ("paused", "rung 1: 0.04, 4 are here", {"rung": 1}),
        ("advanced", "place 1 of 4 at rung 1", {"rung": 1, "place": 1}),
        ("paused", "rung 2: 0.08, 1 are here", {"rung": 2}),
        ("advanced", "place 1 of 1 at rung 2", {"rung": 2, "place": 1}),
    ]
    assert search.ledger.trial(0).decisions[-1].verdict is Verdict.STOPPED
    for record in search.ledger.trials():
        assert record.decisions == search.records[record.number].decisions
        seqs = [decided.seq for decided in record.decisions]
        assert seqs == sorted(set(seqs))
        assert all(decided.at > 0 for decided in record.decisions)


def test_a_paused_trial_stays_so_until_the_scheduler_advances_it(make: Make) -> None:
    search = make()
    stay(search, search.next())  # type: ignore[arg-type]
    search.come_back(0)
    assert [record.number for record in search.paused] == [0]
    assert search.next().number == 1  # type: ignore[union-attr]
    again = make()
    assert [record.number for record in again.paused] == [0]
    assert again.next().number == 1, "left in the middle, so it goes on"  # type: ignore[union-attr]
    assert again.next().number == 2  # type: ignore[union-attr]


def test_paused_and_not_yet_gone_when_the_driver_dies_is_paused(make: Make) -> None:
    search = make()
    search.next()
    assert search.evaluated(0, evaluation(0, 1)) is Decision.PAUSE
    assert [record.number for record in search.running] == [0]
    assert search.evaluated(0, evaluation(0, 1)) is Decision.PAUSE, "told again, it is still to leave"
    again = make()
    assert again.running == []
    assert [record.number for record in again.paused] == [0]
    assert again.records[0].attempts[-1].end == BY_SCHEDULER
    assert again.scheduler.judged == 0  # type: ignore[attr-defined]


def test_only_an_evaluation_that_nothing_followed_is_judged_again(make: Make) -> None:
    search = make()
    for _ in range(2):
        search.next()
    for number in (0, 1):
        search.evaluated(number, evaluation(number, 1))
    search.left(1, BY_SCHEDULER)
    search.ledger.evaluate(0, evaluation(0, 2), 0.02)  # And then the driver was gone.
    again = make()
    assert again.scheduler.judged == 1  # type: ignore[attr-defined]
    assert [(d.verdict.value, d.reason) for d in again.records[0].decisions[1:]] == [
        ("paused", "rung 1: 0.01, 1 are here"),
        ("paused", "rung 2: 0.02, 1 are here"),
    ]
    assert [record.number for record in again.paused] == [1, 0], "in the order in which they paused"


def test_one_more_evaluation_before_it_leaves_counts_and_it_leaves_all_the_same(make: Make) -> None:
    search = make()
    search.scheduler.rungs = (1,)  # type: ignore[attr-defined]
    search.next()
    assert [search.evaluated(0, evaluation(0, epoch)) for epoch in (1, 2)] == [Decision.PAUSE] * 2
    search.left(0, BY_SCHEDULER)
    assert (search.records[0].state, search.records[0].epochs) == (State.PAUSED, 2)


def test_advanced_and_the_driver_dies_at_once_goes_on_first(make: Make) -> None:
    search = make()
    run(search, stays=4)
    search.ledger.decide(3, Verdict.ADVANCED, "place 1", {})
    again = make()
    assert [record.number for record in again.paused] == [0, 1, 2]
    assert again.next().number == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.NODE_LOST, Kind.PREEMPTED])
def test_a_process_that_dies_before_it_leaves_is_no_reason_to_go_on(make: Make, kind: Kind) -> None:
    search = make(retries=1)
    search.next()
    search.evaluated(0, evaluation(0, 1))
    search.failed(0, Failure(kind, "gone"))
    search.come_back(0)
    assert [record.number for record in search.paused] == [0]
    assert search.next().number == 1  # type: ignore[union-attr]


def test_the_driver_that_leaves_keeps_what_is_paused(make: Make) -> None:
    search = make()
    stay(search, search.next())  # type: ignore[arg-type]
    search.next()
    search.leave("hpo stop")
    search.conclude()
    assert [record.state for record in search.ledger.trials()] == [State.PAUSED] * 2
    again = make()
    assert [record.number for record in again.paused] == [0]
    run(again)
    again.conclude()
    assert all(record.state.ended for record in again.ledger.trials())


def test_what_a_person_gives_is_tried_before_the_scheduler_chooses(make: Make) -> None:
    search = make()
    run(search, stays=4)
    enqueue(search.ledger.study, SPACE.encode({"train.learning_rate": 0.01}), request=3, parent=2)
    proposal = search.next()
    assert proposal is not None
    assert proposal.number == 4
    (decided,) = search.records[4].decisions
    assert (decided.reason, decided.numbers) == ("cloned by a person from trial 2: hpo clone", {"parent": 2})


def test_when_the_time_is_over_nothing_is_advanced(make: Make) -> None:
    search = make()
    run(search, stays=4)
    search.budget = Budget(4, hours=1e-9)
    assert search.next() is None
    assert search.finished
    search.conclude()
    assert {record.state for record in search.records.values()} == {State.PRUNED}
    assert search.records[3].reason == "paused after 1 epochs and never advanced: the hours of the sweep are over"


def test_what_has_no_chance_ends_with_that_reason_and_not_with_that_of_its_pause(tmp_path: Path) -> None:
    search = Search(
        Ledger.create(ledger_url(tmp_path), "sweep", maximize=True, about={}),
        make_sampler(RandomSpec(), SPACE, 0),
        scheduler_of(AdaptiveSpec(startup_trials=3, give_up=0.9), PARAMS),
        metric="accuracy",
        budget=Budget(8),
        patience=Patience(0),
    )
    run(search)
    search.conclude()
    left = [record for record in search.records.values() if record.state is State.PRUNED]
    assert left
    for record in left:
        text = f"paused after {record.epochs:g} epochs and never advanced: no paused trial had a chance of 0.9"
        assert record.reason == f"{text} to beat the best"


def test_what_is_paused_when_a_rule_ends_the_sweep_ends_with_that_reason(make: Make) -> None:
    search = make(Budget(4, stop=StopSpec(cpu_hours=1e-12)))
    run(search)
    assert [record.state for record in search.records.values()] == [State.PAUSED]
    search.conclude()
    reason = search.records[0].reason
    assert reason.startswith("paused after 1 epochs and never advanced: the sweep ends: ")
    assert reason.endswith(" of sweep.stop.cpu_hours=1e-12 are used up")


def test_a_target_ends_the_paused_ones_too(make: Make) -> None:
    search = make(Budget(4, stop=StopSpec(target=0.065)))
    run(search)
    assert search.records[3].cause is Cause.EARLY_STOP
    assert {record.cause for number, record in search.records.items() if number != 3} == {Cause.SCHEDULER}
    assert search.finished


def test_the_last_evaluation_of_a_training_is_no_place_to_pause(make: Make) -> None:
    search = make()
    search.next()
    assert search.evaluated(0, {**evaluation(0, 1), "last": True, "stopped_early": True}) is Decision.CONTINUE
    assert not search.records[0].held


def steward_of(search: Search, folder: Path, why: str = "") -> tuple[Steward, Inbox]:
    inbox = Inbox(open_engine(ledger_url(folder)), "sweep")
    return Steward(search, inbox, 0.0, lambda: why), inbox


def test_a_person_ends_a_paused_trial_and_one_that_is_about_to_pause(make: Make, tmp_path: Path) -> None:
    search = make()
    stay(search, search.next())  # type: ignore[arg-type]
    search.next()
    search.evaluated(1, evaluation(1, 1))
    steward, inbox = steward_of(search, tmp_path)
    for number in (0, 1):
        inbox.ask(Asked.STOP_TRIAL, {"trial": number})
    steward.tick()
    assert search.records[0].cause is Cause.STOPPED_BY_USER
    assert steward.is_to_leave(1)
    steward.left(1)
    assert search.records[1].cause is Cause.STOPPED_BY_USER
    assert search.paused == []


def test_a_sweep_that_is_left_brings_back_only_what_was_not_paused(make: Make, tmp_path: Path) -> None:
    search = make()
    for _ in range(2):
        search.next()
    search.evaluated(0, evaluation(0, 1))
    steward, _ = steward_of(search, tmp_path, "Ctrl-C")
    steward.tick()
    for number in (0, 1):
        steward.left(number)
    assert [search.records[number].attempts[-1].end for number in (0, 1)] == [BY_SCHEDULER, "left"]
    again = make()
    assert [record.number for record in again.paused] == [0]
    assert again.next().number == 1  # type: ignore[union-attr]
