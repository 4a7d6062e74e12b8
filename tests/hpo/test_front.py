from dataclasses import replace

from hpo.aims import Standing
from hpo.front import front
from hpo.ledger import State, TrialRecord
from hpo.results import best_trial, by_merit


def record(number: int, accuracy: float, latency_ms: float, **more: object) -> TrialRecord:
    standing = Standing({"accuracy": accuracy, "latency_ms": latency_ms}, (-accuracy, latency_ms))
    made = TrialRecord(number=number, state=State.COMPLETE, params={}, value=accuracy, standing=standing)
    return replace(made, **more)  # type: ignore[arg-type]


def broken(made: TrialRecord) -> TrialRecord:
    return replace(made, standing=replace(made.standing, violated=("latency_ms is 99, not <= 20",), judged=True))


def numbers(records: list[TrialRecord]) -> list[int]:
    return [found.number for found in records]


def test_the_front_is_what_no_other_beats_the_best_by_the_first_aim_first() -> None:
    records = [record(0, 0.7, 5.0), record(1, 0.9, 20.0), record(2, 0.8, 30.0), record(3, 0.8, 10.0)]
    assert numbers(front(records)) == [1, 3, 0]


def test_only_complete_and_feasible_trials_are_on_it() -> None:
    records = [record(0, 0.9, 1.0, state=State.PRUNED), broken(record(1, 0.95, 1.0)), record(2, 0.5, 9.0)]
    assert numbers(front(records)) == [2]


def test_of_equal_trials_the_earliest() -> None:
    assert numbers(front([record(0, 0.7, 5.0), record(1, 0.7, 5.0)])) == [0]


def test_with_one_aim_there_is_none() -> None:
    assert front([TrialRecord(number=0, state=State.COMPLETE, params={}, value=0.9)]) == []


def test_the_best_is_on_the_front_even_where_the_first_aim_is_equal() -> None:
    records = [record(0, 0.9, 30.0), record(1, 0.9, 10.0), record(2, 0.8, 1.0)]
    best = best_trial(records, maximize=True)
    assert best is not None
    assert best.number == front(records)[0].number == 1


def test_the_best_keeps_the_limits_and_is_none_where_no_trial_does() -> None:
    infeasible, stopped = broken(record(0, 0.9, 99.0)), record(1, 0.6, 5.0, state=State.PRUNED)
    best = best_trial([infeasible, stopped], maximize=True)
    assert best is stopped
    assert numbers(by_merit([infeasible, stopped], maximize=True)) == [1, 0]
    assert best_trial([infeasible], maximize=True) is None
