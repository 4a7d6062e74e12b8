from pathlib import Path

import pytest

from hpo.ledger import Cause, Ledger, Outcome, Overview, Seat, State, ledger_url
from tests.postgres import Postgres, postgres  # noqa: F401


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return ledger_url(tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


def make(url: str, name: str, *, maximize: bool = True) -> Ledger:
    return Ledger.create(url, name, maximize=maximize, about={"metric": "accuracy", "config": {"long": "text"}})


def run(ledger: Ledger, value: float, outcome: Outcome | None, *, paused: bool = False) -> None:
    number = ledger.study.ask().number
    ledger.start(number, {"train.learning_rate": 0.1})
    ledger.evaluate(number, {"step": 10, "epoch": 1.0, "metrics": {"accuracy": value}}, value)
    if outcome is not None:
        ledger.end(ledger.trial(number), outcome)
    elif paused:
        ledger.pause(number, True)


def test_no_ledger_no_sweeps(tmp_path: Path) -> None:
    assert Overview(ledger_url(tmp_path)).rows() == []
    assert not list(tmp_path.iterdir())


def test_trials_are_counted_by_state(url: str) -> None:
    ledger = make(url, "first")
    ledger.study.ask()  # Made, not proposed.
    run(ledger, 0.5, Outcome())
    run(ledger, 0.75, Outcome())
    run(ledger, 0.75, Outcome())
    run(ledger, 0.875, Outcome(Cause.SCHEDULER))
    run(ledger, float("nan"), Outcome(Cause.ERROR))
    run(ledger, 0.5, None)
    run(ledger, 0.5, None, paused=True)
    (row,) = Overview(url).rows()
    assert row.counts == dict.fromkeys((State.PRUNED, State.FAILED, State.RUNNING, State.PAUSED), 1) | {
        State.COMPLETE: 3
    }
    assert row.best == (2, 0.75)  # The earlier of equals, and no pruned one.
    assert row.about == {"metric": "accuracy"}  # Nothing long.


def test_less_may_be_better(url: str) -> None:
    ledger = make(url, "first", maximize=False)
    run(ledger, 0.5, Outcome())
    run(ledger, 0.75, Outcome())
    (row,) = Overview(url).rows()
    assert (row.maximize, row.best) == (False, (0, 0.5))


def test_newest_first_and_no_parts(url: str) -> None:
    make(url, "first").begin_part("confirm", {"metric": "accuracy"})
    make(url, "second")
    assert [row.name for row in Overview(url).rows()] == ["second", "first"]


def test_a_sweep_that_nobody_drives_is_counted_once(url: str) -> None:
    first, second, overview = make(url, "first"), make(url, "second"), Overview(url)
    with Seat(url, "second", lambda: None, lambda: None):
        before = {row.name: row for row in overview.rows()}
        run(second, 0.5, Outcome())
        again = {row.name: row for row in overview.rows()}
        assert again["first"] is before["first"]
        assert again["second"].counts == {State.COMPLETE: 1}
        run(second, 0.75, Outcome())  # Its last, before it leaves.
    assert {row.name: row.counts for row in overview.rows()}["second"] == {State.COMPLETE: 2}
    run(first, 0.5, Outcome())
    first.note("spent_s", 1.0)  # As every driver does.
    assert {row.name: row.counts for row in overview.rows()}["first"] == {State.COMPLETE: 1}
