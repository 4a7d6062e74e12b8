"""What waits for MLflow, without MLflow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.entities import Metric

from hpo.ledger import State, TrialRecord
from hpo.tracking.backlog import METRICS_A_WRITE, Backlog
from hpo.tracking.telling import Telling
from hpo.tracking.writes import Write

TELLING = Telling("sweep", "accuracy")


def write(key: int | None, seq: int | None, points: int = 1) -> Write:
    return Write(key, seq, metrics=[Metric("accuracy", 0.5, seq or 0, seq or 0)] * points)


def steps(taken: Write) -> list[int]:
    return [point.step for point in taken.metrics]


@given(st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), st.booleans()), max_size=60))
def test_each_run_gets_its_own_in_order_and_through_never_runs_ahead(events: list[tuple[int | None, bool]]) -> None:
    backlog = Backlog()
    written: dict[int | None, list[int]] = {}

    def work() -> None:
        taken = backlog.take()
        written.setdefault(taken.key, []).extend(steps(taken))
        backlog.done()
        done = {seq for seqs in written.values() for seq in seqs}
        assert set(range(1, backlog.through + 1)) <= done

    for seq, (key, take) in enumerate(events, start=1):
        backlog.put(write(key, seq))
        if take:
            work()
    while backlog:
        work()
    assert backlog.through == len(events)
    for key, seqs in written.items():
        assert seqs == [seq for seq, (other, _) in enumerate(events, start=1) if other == key]


def test_what_waits_for_one_run_is_one_write_up_to_the_limit() -> None:
    backlog = Backlog()
    for seq in range(1, 2 * METRICS_A_WRITE + 1):
        backlog.put(write(0, seq))
    assert len(backlog) == 2 * METRICS_A_WRITE
    assert len(steps(backlog.take())) == METRICS_A_WRITE
    backlog.done()
    assert backlog.through == METRICS_A_WRITE


def test_the_last_of_what_is_said_twice_holds() -> None:
    first = Write(0, 3, name="trial", begin_ms=5, tags={"state": "running"}, status="RUNNING")
    first.join(Write(0, 4, tags={"state": "complete"}, status="FINISHED", end_ms=9))
    assert (first.seq, first.name, first.begin_ms, first.tags) == (3, "trial", 5, {"state": "complete"})
    assert (first.status, first.end_ms, first.count) == ("FINISHED", 9, 2)


def test_what_happens_during_a_catch_up_comes_after_it() -> None:
    backlog = Backlog()
    backlog.records = []
    backlog.put(write(0, 8))
    assert not backlog
    assert len(backlog) == 1
    backlog.begin_after(5)
    backlog.replace_records([write(0, 6), write(1, 7)])
    assert steps(backlog.take()) == [6, 8]
    backlog.done()
    assert backlog.through == 6
    assert steps(backlog.take()) == [7]
    backlog.done()
    assert backlog.through == 8


def record(number: int, state: State, seqs: list[int], end_seq: int | None, run_id: str | None) -> TrialRecord:
    entry = {"metrics": {"accuracy": 0.5}, "train_loss": 1.0, "learning_rate": 0.1, "samples_per_s": 1.0, "epoch": 1.0}
    evaluations = [{**entry, "step": seq, "at": float(seq), "seq": seq} for seq in seqs[1:]]
    return TrialRecord(
        number,
        state,
        {},
        1.0,
        9.0,
        value=0.5,
        evaluations=evaluations,
        start_seq=seqs[0],
        end_seq=end_seq,
        mlflow_run_id=run_id,
    )


def test_only_what_came_after_is_caught_up_in_its_order() -> None:
    records = [
        record(0, State.COMPLETE, [1, 3], 5, "a"),
        record(1, State.PRUNED, [2, 4, 7], 8, "b"),
        record(2, State.RUNNING, [6, 9], None, "c"),
        record(3, State.WAITING, [0], None, None),
    ]
    found = TELLING.unwritten(records, 6)
    assert [(item.key, item.seq, item.status) for item in found] == [
        (1, 7, None),
        (1, 8, "KILLED"),
        (None, 8, None),
        (2, 9, None),
        (2, None, "RUNNING"),
    ]
    assert all(item.unsure for item in found)
    assert TELLING.unwritten(records[:2], 8) == []


@pytest.mark.parametrize(("run_id", "first"), [("c", 9), (None, 6), ("", 6)])
def test_a_run_that_is_not_known_is_made_first(run_id: str | None, first: int) -> None:
    found = TELLING.unwritten([record(2, State.RUNNING, [6, 9], None, run_id)], 6)
    assert (found[0].seq, found[0].name) == (first, "trial 0002" if first == 6 else None)
