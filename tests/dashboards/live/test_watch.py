"""A sweep that goes on while it is watched. The test is its driver."""

import asyncio
import math
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dashboards.live import Update, Watch, watcher
from hpo.confirm.record import PART, SINCE
from hpo.confirm.retraining import CONFIGURATION, SEED
from hpo.errors import LedgerError, UnknownSweepError
from hpo.ledger import Ledger, Outcome, Seat, ledger_url
from hpo.results import Best, Place, State

PATIENCE_S, POLL_S = 20.0, 0.02


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def ledger(place: Place) -> Ledger:
    about = {"metric": "accuracy", "started_at": 1.0, "budget": {"trials": 4}, "slots": {"count": 2}}
    return Ledger.create(place.ledger_url, "first", maximize=True, about={**about, "status": "running"})


@pytest.fixture
def driven(ledger: Ledger, place: Place) -> Iterator[Ledger]:
    with Seat(place.ledger_url, ledger.name, lambda: None, lambda: None):
        yield ledger


@pytest.fixture
def watch(place: Place) -> Iterator[Watch]:
    watch = Watch(place, POLL_S)
    yield watch
    watch.close()
    assert not watch.watched


def begin(ledger: Ledger) -> int:
    number = ledger.study.ask().number
    ledger.start(number, {"train.learning_rate": 0.1})
    return number


def evaluate(ledger: Ledger, number: int, step: int, value: float) -> None:
    ledger.evaluate(number, {"step": step, "epoch": step / 10, "metrics": {"accuracy": value}}, value)


def end(ledger: Ledger, number: int) -> None:
    ledger.end(ledger.trial(number), Outcome())


async def until(events: AsyncIterator[Update], seq: int) -> list[Update]:
    """The updates up to an event."""
    found = []
    while not found or found[-1].seq < seq:
        found.append(await asyncio.wait_for(anext(events), PATIENCE_S))
    return found


def test_each_event_is_told_once(driven: Ledger, watch: Watch) -> None:
    async def follow() -> None:
        evaluate(driven, begin(driven), 10, 0.25)
        events = watch.events("first")
        (first,) = await until(events, 2)
        assert (first.state, first.counts["running"], first.points, first.over) == ("running", 1, (), False)
        evaluate(driven, 0, 20, 0.5)
        begin(driven)
        evaluate(driven, 1, 10, 0.75)
        end(driven, 0)
        found = await until(events, 6)
        points = [point for update in found for point in update.points]
        assert [(point.trial, point.step, point.epoch, point.value) for point in points] == [
            (0, 20, 2.0, 0.5),
            (1, 10, 1.0, 0.75),
        ]
        last = found[-1]
        assert {stand.number: stand.state for stand in last.changed}[0] == "complete"
        assert (last.ended, last.trials, last.slots.count, last.slots.busy) == (1, 4, 2, 1)
        assert last.best == Best(0, 0.5)  # The complete one, not the better one that still runs.
        await events.aclose()

    asyncio.run(follow())


def test_a_retraining_is_news_and_takes_a_slot(driven: Ledger, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "BEAT_S", math.inf)  # Without news, nothing is told.
    end_of_search = begin(driven)
    evaluate(driven, end_of_search, 10, 0.5)
    end(driven, end_of_search)

    async def follow() -> None:
        events = watch.events("first")
        assert (await asyncio.wait_for(anext(events), PATIENCE_S)).slots.busy == 0
        part = driven.begin_part(PART, {SINCE: 0, "metric": "accuracy"})
        part.study.ask()
        part.start(0, {CONFIGURATION: 0, SEED: 1042})
        update = await asyncio.wait_for(anext(events), PATIENCE_S)
        while not update.slots.busy:
            update = await asyncio.wait_for(anext(events), PATIENCE_S)
        assert (update.slots.busy, update.counts["running"], update.ended) == (1, 0, 1)
        await events.aclose()

    asyncio.run(follow())


def test_one_who_was_away_hears_what_came_meanwhile(driven: Ledger, watch: Watch) -> None:
    """As a browser that connects again with the number of the last event that it has."""
    evaluate(driven, begin(driven), 10, 0.25)
    evaluate(driven, 0, 20, 0.5)

    async def follow(since: int) -> Update:
        events = watch.events("first", since)
        (update,) = await until(events, 3)
        await events.aclose()
        return update

    assert [point.value for point in asyncio.run(follow(2)).points] == [0.5]
    assert [point.value for point in asyncio.run(follow(0)).points] == [0.25, 0.5]
    of_another = asyncio.run(follow(99))  # Of a sweep that had the name before.
    assert (of_another.reload, of_another.points) == (True, ())


def test_a_slow_one_is_told_the_newest_at_once(driven: Ledger, watch: Watch) -> None:
    """Nothing is queued for those who do not take it; and they miss nothing."""

    async def follow() -> None:
        number = begin(driven)
        slow, quick = watch.events("first"), watch.events("first")
        await until(slow, 1)
        await until(quick, 1)
        for step in range(1, 6):
            evaluate(driven, number, step, step / 10)
            await until(quick, 1 + step)
        (update,) = await until(slow, 6)
        assert [point.step for point in update.points] == [1, 2, 3, 4, 5]
        await slow.aclose()
        await quick.aclose()

    asyncio.run(follow())


def test_a_sweep_is_read_by_one_thread_for_all_and_by_none_for_nobody(driven: Ledger, watch: Watch) -> None:
    def threads() -> int:
        return sum(thread.name == "sweep-watcher" for thread in threading.enumerate())

    async def follow() -> None:
        begin(driven)
        all_events = [watch.events("first") for _ in range(50)]
        firsts = [(await until(events, 1))[0] for events in all_events]
        assert (threads(), watch.watched) == (1, {"first": 50})
        assert len({id(update.json) for update in firsts}) < 50  # Made once for all who know the same.
        for events in all_events:
            await events.aclose()

    before = threads()
    asyncio.run(follow())
    for thread in threading.enumerate():
        if thread.name == "sweep-watcher":
            thread.join(PATIENCE_S)
    assert (threads(), watch.watched) == (before, {})


def test_it_ends_with_the_sweep(ledger: Ledger, place: Place, watch: Watch) -> None:
    async def follow() -> None:
        with Seat(place.ledger_url, "first", lambda: None, lambda: None):
            begin(ledger)
            events = watch.events("first")
            await until(events, 1)
            end(ledger, 0)
            ledger.note("status", "finished")
        rest = [update async for update in events]
        assert (rest[-1].over, rest[-1].state, rest[-1].counts["complete"]) == (True, "finished", 1)

    asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))


def test_it_goes_on_while_the_ledger_is_away(driven: Ledger, place: Place, watch: Watch) -> None:
    async def follow() -> None:
        begin(driven)
        events = watch.events("first")
        await until(events, 1)
        with sqlite3.connect(place.ledger_url.removeprefix("sqlite:///")) as connection:
            connection.execute("ALTER TABLE trials RENAME TO gone")
        connection.close()
        update = (await until(events, 1))[-1]
        while not update.outage:
            update = await asyncio.wait_for(anext(events), PATIENCE_S)
        assert "cannot be read" in update.outage
        assert (update.counts["running"], update.over) == (1, False)  # What was known before.
        with pytest.raises(LedgerError, match="cannot be read"):
            watch.look("first")
        with sqlite3.connect(place.ledger_url.removeprefix("sqlite:///")) as connection:
            connection.execute("ALTER TABLE gone RENAME TO trials")
        connection.close()
        while update.outage:
            update = await asyncio.wait_for(anext(events), PATIENCE_S)
        await events.aclose()

    asyncio.run(follow())


def test_nobody_waits_for_a_sweep_that_is_not_there(place: Place, watch: Watch) -> None:
    async def follow() -> None:
        await anext(watch.events("first"))

    assert watch.sweeps() == []
    with pytest.raises(UnknownSweepError):
        asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))
    with pytest.raises(UnknownSweepError):
        watch.look("first")


def test_closing_lets_all_go(driven: Ledger, watch: Watch) -> None:
    async def follow() -> None:
        begin(driven)
        events = watch.events("first")
        await until(events, 1)
        watch.close()
        assert [update async for update in events] == []

    asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))


def test_looks_are_shared(driven: Ledger, place: Place) -> None:
    watch = Watch(place, poll_s=PATIENCE_S)
    begin(driven)
    assert watch.look("first") is watch.look("first")
    (line,) = watch.sweeps()
    assert (line.state, line.counts, line.trials) == ("running", {State.RUNNING: 1}, 4)


def test_the_list_tells_the_best_that_keeps_the_limits(place: Place, watch: Watch) -> None:
    aims = {"metrics": [{"name": "accuracy", "direction": "maximize"}], "constraints": ["loss <= 1"]}
    about = {"metric": "accuracy", "started_at": 1.0, "aims": aims}
    ledger = Ledger.create(ledger_url(place.output_dir), "limited", maximize=True, about=about)
    for value, loss in ((0.5, 0.5), (0.75, 2.0)):
        number = begin(ledger)
        entry = {"step": 10, "epoch": 1.0, "metrics": {"accuracy": value, "loss": loss}}
        ledger.evaluate(number, entry, value)
        end(ledger, number)
    (line,) = watch.sweeps()
    assert line.best == Best(0, 0.5)


def test_a_sweep_without_a_word_from_its_driver_is_waited_for_a_while(
    ledger: Ledger, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that begins has no driver yet; one whose driver is gone is over, resumable."""

    async def follow() -> None:
        begin(ledger)
        events = watch.events("first")
        (first,) = await until(events, 1)
        assert (first.state, first.over) == ("interrupted", False)
        monkeypatch.setattr("dashboards.live.watcher.GRACE_S", 0.0)
        rest = [update async for update in events]
        assert (rest[-1].state, rest[-1].over) == ("interrupted", True)

    asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))


def test_what_is_asked_for_first_is_read_before(driven: Ledger, place: Place) -> None:
    begin(driven)
    watch = Watch(place, poll_s=PATIENCE_S)
    watch.warm()
    with sqlite3.connect(place.ledger_url.removeprefix("sqlite:///")) as connection:
        connection.execute("ALTER TABLE trials RENAME TO gone")
    connection.close()
    assert watch.look("first").status.counts == {State.RUNNING: 1}
    Watch(place).warm()  # Without a word: whoever asks is told.
