import pytest

from hpo.ledger import Attempt, State, TrialRecord
from hpo.stopping.slot_time import slot_seconds


def evaluated(at: float) -> dict:
    return {"step": round(at), "at": at, "seq": round(at)}


@pytest.mark.parametrize(
    ("state", "attempts", "ended_at", "seconds"),
    [
        (State.COMPLETE, [Attempt(100.0)], 160.0, 60),
        (State.RUNNING, [Attempt(100.0)], None, 900),
        (State.COMPLETE, [Attempt(100.0, end="left", until=130.0), Attempt(500.0)], 540.0, 70),
        (State.PAUSED, [Attempt(100.0, end="scheduler", until=130.0)], None, 30),
        (State.COMPLETE, [Attempt(100.0, end="driver_gone"), Attempt(500.0)], 540.0, 60),  # heard of last at 120
        (State.FAILED, [], 160.0, 0),
    ],
)
def test_stays_in_slots(state: State, attempts: list[Attempt], ended_at: float | None, seconds: float) -> None:
    evaluations = [evaluated(110), evaluated(120), evaluated(530)]
    record = TrialRecord(0, state, {}, attempts=attempts, ended_at=ended_at, evaluations=evaluations)
    assert slot_seconds([record, record], now=1000.0) == 2 * seconds
