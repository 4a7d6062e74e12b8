from hpo.ledger import Cause, State, TrialRecord
from hpo.tally import FULL_LENGTH, Tally


def evaluation(at: float, train_s: float) -> dict:
    return {"step": 1, "epoch": 1.0, "metrics": {}, "at": at, "train_s": train_s}


def test_nothing_yet() -> None:
    tally = Tally.of([])
    assert (set(tally.states.values()), set(tally.ended.values()), set(tally.seconds.values())) == ({0}, {0}, {0})
    assert (tally.evaluations, tally.newest_at) == (0, None)


def test_trials_are_counted_and_their_seconds_added() -> None:
    whole = TrialRecord(0, State.COMPLETE, {}, 1.0, 5.0, facts={"train_s": 3.0, "load_s": 0.5})
    lost = TrialRecord(1, State.FAILED, {}, 2.0, 6.0, cause=Cause.LOST)
    runs = TrialRecord(2, State.RUNNING, {}, 3.0, evaluations=[evaluation(7.0, 1.0), evaluation(9.0, 1.5)])
    tally = Tally.of([whole, lost, runs])
    assert [tally.states[state] for state in (State.COMPLETE, State.FAILED, State.RUNNING, State.PAUSED)] == [
        1,
        1,
        1,
        0,
    ]
    assert (tally.ended[FULL_LENGTH], tally.ended["lost"], tally.ended["error"]) == (1, 1, 0)
    assert (tally.seconds["train"], tally.seconds["load"], tally.seconds["eval"]) == (5.5, 0.5, 0.0)
    assert (tally.evaluations, tally.newest_at) == (2, 9.0)
