"""Checkpoints that others may take over stay as long as anybody may."""

from pathlib import Path

from hpo.ledger import BY_SCHEDULER, Attempt, Outcome, State, TrialRecord
from hpo.population.course import kept_name
from hpo.population.keeper import AsideKeeper
from tests.hpo.memory_ledger import MemoryStorage


def keeper(folder: Path) -> AsideKeeper:
    storage = MemoryStorage()
    storage.begin("sweep", config={})
    return AsideKeeper(folder, storage.ledger("sweep"))


def at(number: int, *steps: int, end: str = BY_SCHEDULER) -> TrialRecord:
    """A member that was evaluated at these steps, and left its slot after each."""
    record = TrialRecord(number, State.RUNNING, {}, attempts=[Attempt(0.0, end=end, kept_step=s) for s in steps])
    record.evaluations = [{"step": step, "epoch": 1.0} for step in steps]
    return record


def kept(folder: Path) -> set[str]:
    return {str(path.relative_to(folder / "population")) for path in folder.glob("population/*/step-*")}


def put(folder: Path, number: int, step: int) -> None:
    (folder / "population" / kept_name(number, step)).mkdir(parents=True)


def test_it_is_removed_when_all_have_passed_it_and_two_newer_ones_are_there(tmp_path: Path) -> None:
    observer = keeper(tmp_path)
    for number in (0, 1):
        observer.started(at(number))
    for step in (10, 20):
        for number in (0, 1):
            put(tmp_path, number, step)
    for number in (0, 1):
        observer.paused(at(number, 10))
    observer.evaluated(at(0, 10, 20))
    observer.paused(at(0, 10, 20))
    assert len(kept(tmp_path)) == 4, "the other one is behind"
    observer.evaluated(at(1, 10, 20))
    assert len(kept(tmp_path)) == 4, "one newer is not two"
    observer.paused(at(1, 10, 20))
    observer.evaluated(at(0, 10, 20, 30))
    assert kept(tmp_path) == {kept_name(0, 20), kept_name(1, 20)}


def test_a_stay_that_did_not_end_with_a_pause_leaves_none_that_counts(tmp_path: Path) -> None:
    observer = keeper(tmp_path)
    for number in (0, 1):
        observer.started(at(number))
        put(tmp_path, number, 10)
        observer.paused(at(number, 10))
        observer.paused(at(number, 15, end="left"))
    for number in (0, 1):
        observer.evaluated(at(number, 10, 20))
    assert len(kept(tmp_path)) == 2


def test_nothing_is_left_when_nobody_is(tmp_path: Path) -> None:
    observer = keeper(tmp_path)
    observer.started(at(0))
    put(tmp_path, 0, 10)
    observer.paused(at(0, 10))
    observer.ended(at(0, 10))
    assert not (tmp_path / "population").exists()


def test_what_a_killed_driver_had_no_time_to_remove_goes_with_the_next(tmp_path: Path) -> None:
    storage = MemoryStorage()
    storage.begin("sweep", config={})
    ledger = storage.ledger("sweep")
    member = ledger.start(ledger.study.ask().number, {}, "", {})
    put(tmp_path, member.number, 10)
    AsideKeeper(tmp_path, ledger)
    assert kept(tmp_path), "it may go on from there"
    ledger.end(member, Outcome())
    AsideKeeper(tmp_path, ledger)
    assert not kept(tmp_path)
