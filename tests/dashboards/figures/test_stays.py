from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboards.figures import idle_s, stays, timeline
from dashboards.figures.stays import GOING, KEPT, STOPPED, WASTED
from hpo.results import Attempt, Cause, Look, State, TrialRecord


def record(number: int, state: State, *attempts: Attempt, ended_at: float | None = None) -> TrialRecord:
    cause = Cause.SCHEDULER if state is State.PRUNED else None
    return TrialRecord(number, state, {}, attempts[0].at, ended_at, attempts=list(attempts), cause=cause)


@pytest.fixture
def handmade(look_of: Callable[[str], Look]) -> Look:
    """Two slots for 30 seconds: one trial lost a process, one was stopped, one failed, one was paused."""
    records = (
        record(0, State.COMPLETE, Attempt(0, node="a"), ended_at=10),
        record(1, State.COMPLETE, Attempt(2, node="a", end="lost", until=6), Attempt(8, node="a"), ended_at=20),
        record(2, State.PRUNED, Attempt(12, node="a"), ended_at=18),
        record(3, State.FAILED, Attempt(18, node="a"), ended_at=30),
        record(4, State.PAUSED, Attempt(21, node="a", end="scheduler", until=25)),
    )
    return replace(look_of("one"), records=records)


def test_what_became_of_each_stay(handmade: Look) -> None:
    assert [(stay.trial, stay.slot, stay.begin, stay.end, stay.kind) for stay in stays(handmade)] == [
        (0, 0, 0, 10, KEPT),
        (1, 1, 2, 6, WASTED),
        (1, 1, 8, 20, KEPT),
        (2, 0, 12, 18, STOPPED),
        (3, 0, 18, 30, WASTED),
        (4, 1, 21, 25, GOING),
    ]


@pytest.mark.parametrize("end", ["scheduler", "left", "preempted", "driver_gone", "hpo stop"])
@pytest.mark.parametrize(
    ("state", "kind"),
    [(State.COMPLETE, KEPT), (State.PRUNED, STOPPED), (State.FAILED, WASTED), (State.RUNNING, GOING)],
)
def test_a_stay_that_left_a_checkpoint_is_worth_what_came_of_its_trial(
    look_of: Callable[[str], Look], end: str, state: State, kind: str
) -> None:
    ended_at = 20 if state.ended else None
    went_on = record(0, state, Attempt(0, node="a", end=end, until=6), Attempt(8, node="a"), ended_at=ended_at)
    first, last = stays(replace(look_of("one"), records=(went_on,)))
    assert (first.kind, last.kind, first.why) == (kind, kind, f"{end}: went on later")


def test_idle_is_what_no_trial_took(handmade: Look) -> None:
    taken = 10 + 4 + 12 + 6 + 12 + 4
    assert idle_s(stays(handmade), 2) == pytest.approx(2 * 30 - taken)


def test_machines_have_slots_of_their_own(handmade: Look) -> None:
    other = record(5, State.COMPLETE, Attempt(11, node="b"), ended_at=12)
    found = stays(replace(handmade, records=(*handmade.records, other)))
    assert {stay.slot for stay in found if stay.node == "a"} == {0, 1}
    assert {stay.slot for stay in found if stay.node == "b"} == {2}


def test_a_slot_holds_one_trial_at_a_time(look_of: Callable[[str], Look]) -> None:
    found = stays(look_of("plain"))
    assert len({stay.slot for stay in found}) == 3
    for one in found:
        for other in found:
            if one is not other and one.slot == other.slot:
                assert one.end <= other.begin + 1e-3 or other.end <= one.begin + 1e-3


def test_those_that_run_are_shown_as_such(look_of: Callable[[str], Look]) -> None:
    look = look_of("going")
    running = {record.number for record in look.records if record.state is State.RUNNING}
    assert running == {stay.trial for stay in stays(look) if stay.kind == GOING}


def test_the_timeline_has_a_bar_for_each_stay(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = timeline(look)
    assert made is not None
    assert sum(len(trace.x) for trace in made.data) == len(stays(look))
    assert all(trace.marker.pattern.shape for trace in made.data if trace.name != KEPT)  # Not by colour alone.
