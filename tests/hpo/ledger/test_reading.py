from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from hpo.errors import LedgerError, UnknownSweepError
from hpo.ledger import Cause, Ledger, Outcome, Reading, State, Verdict, ledger_url, open_engine
from tests.postgres import Postgres, postgres  # noqa: F401


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return ledger_url(tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def ledger(url: str) -> Ledger:
    return Ledger.create(url, "first", maximize=True, about={"metric": "accuracy"})


@pytest.fixture
def statements(url: str) -> Iterator[list[tuple[str, object]]]:
    """What is asked of the database."""
    found: list[tuple[str, object]] = []

    def note(_: object, __: object, statement: str, parameters: object, *more: object) -> None:
        found.append((statement, parameters))

    event.listen(open_engine(url), "before_cursor_execute", note)
    yield found
    event.remove(open_engine(url), "before_cursor_execute", note)


def begin(ledger: Ledger) -> int:
    number = ledger.study.ask().number
    ledger.start(number, {"train.learning_rate": 0.1 * number}, "a guess", {"expected": 0.5})
    return number


def evaluate(ledger: Ledger, number: int, *values: float) -> None:
    done = len(ledger.trial(number).evaluations)
    for step, value in enumerate(values, start=done + 1):
        entry = {"step": 10 * step, "epoch": float(step), "metrics": {"accuracy": value}, "train_s": 2.0}
        ledger.evaluate(number, entry, value)


def end(ledger: Ledger, number: int, outcome: Outcome) -> None:
    ledger.end(ledger.trial(number), outcome)


def curves_read(statements: list[tuple[str, object]]) -> int:
    """How many trials' curves were read."""
    return sum(len(tuple(given)) - 1 for text, given in statements if "FROM trial_intermediate_values" in text)


def test_it_tells_what_the_ledger_tells_at_every_moment(ledger: Ledger, url: str) -> None:
    reading = Reading(url, "first")

    def check() -> None:
        found = reading.read()
        assert list(found.records) == ledger.trials()
        assert (found.about, found.maximize) == (ledger.about, True)

    check()
    ledger.study.ask()  # Made, not yet proposed.
    check()
    one, two = begin(ledger), begin(ledger)
    check()
    evaluate(ledger, one, 0.5, float("nan"))
    evaluate(ledger, two, 0.25)
    check()
    ledger.decide(two, Verdict.PAUSED, "behind", {"rung": 1})
    ledger.pause(two, True)
    check()
    end(ledger, one, Outcome(facts={"device": "cpu"}))
    check()
    ledger.set_run_id(one, "abc")  # After its end.
    check()
    ledger.decide(two, Verdict.ADVANCED, "caught up", {"rung": 2})
    check()
    ledger.pause(two, False)
    evaluate(ledger, two, 0.75)
    check()
    end(ledger, two, Outcome(Cause.SCHEDULER, "behind again"))
    ledger.note("status", "finished")
    check()


def test_what_has_ended_or_is_paused_is_read_once(
    ledger: Ledger, url: str, statements: list[tuple[str, object]]
) -> None:
    for state in (State.COMPLETE, State.PAUSED, State.RUNNING):
        number = begin(ledger)
        evaluate(ledger, number, 0.5)
        if state is State.PAUSED:
            ledger.pause(number, True)
        elif state is State.COMPLETE:
            end(ledger, number, Outcome())
    reading = Reading(url, "first")
    statements.clear()
    first = reading.read()
    assert curves_read(statements) == 3
    statements.clear()
    second = reading.read()
    assert curves_read(statements) == 1
    assert first == second
    assert [one is two for one, two in zip(first.records, second.records, strict=True)] == [True, True, False]


def test_an_evaluation_that_is_written_again_is_read_again(ledger: Ledger, url: str) -> None:
    """As by a trial that went on from a checkpoint before it."""
    number, reading = begin(ledger), Reading(url, "first")
    evaluate(ledger, number, 0.5)
    reading.read()
    ledger.evaluate(number, {"step": 10, "epoch": 1.0, "metrics": {"accuracy": 0.75}}, 0.75)
    (record,) = reading.read().records
    assert (record.curve, record.evaluations[0]["seq"]) == ({10: 0.75}, 3)


def test_there_is_no_such_sweep(ledger: Ledger, url: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownSweepError, match=r"no sweep called 'other' .*there are: first"):
        Reading(url, "other").read()
    assert Reading(ledger_url(tmp_path / "nowhere"), "first").find() is None


def test_a_sweep_that_is_not_begun_is_not_there(ledger: Ledger, url: str) -> None:
    reading = Reading(url, "second")
    assert reading.find() is None
    Ledger.create(url, "second", maximize=False, about={"metric": "loss"})
    assert not reading.read().maximize


def test_a_record_of_another_version_is_refused(ledger: Ledger, url: str) -> None:
    ledger.note("schema_version", 99)
    with pytest.raises(LedgerError, match="has ledger schema 99"):
        Reading(url, "first").read()
