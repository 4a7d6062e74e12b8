import pytest

from hpo.importance.merit import ranked
from hpo.ledger import Cause, State, TrialRecord


def record(number: int, state: State, curve: dict[int, float], cause: Cause | None = None) -> TrialRecord:
    evaluations = [{"step": step, "epoch": float(step)} for step in curve]
    value = max(curve.values()) if curve else None
    return TrialRecord(number, state, {}, curve=curve, value=value, cause=cause, evaluations=evaluations)


def test_complete_then_how_far_then_what_cannot_be_used() -> None:
    records = [
        record(0, State.COMPLETE, {1: 0.2, 4: 0.3}),
        record(1, State.PRUNED, {1: 0.9}, Cause.SCHEDULER),
        record(2, State.PRUNED, {1: 0.1, 2: 0.4}, Cause.SCHEDULER),
        record(3, State.PAUSED, {1: 0.95}),
        record(4, State.PRUNED, {1: 0.99}, Cause.DIVERGED),
        record(5, State.PRUNED, {}, Cause.OUT_OF_MEMORY),
        record(6, State.FAILED, {1: 0.5}, Cause.ERROR),
        record(7, State.RUNNING, {1: 0.5}),
        record(8, State.COMPLETE, {4: 0.8}, Cause.EARLY_STOP),
    ]
    found = ranked(records, maximize=True)
    assert sorted(found, key=lambda number: (-found[number], number)) == [8, 0, 2, 3, 1, 4, 5]
    assert found[8] == 1
    assert found[4] == found[5] == pytest.approx(1.5 / 7)
    assert ranked([], maximize=True) == {}


def test_of_a_loss_less_is_better() -> None:
    records = [record(n, State.COMPLETE, {1: value}) for n, value in enumerate((0.5, 0.1, 0.9))]
    assert ranked(records, maximize=False) == pytest.approx({1: 1.0, 0: 2 / 3, 2: 1 / 3})
