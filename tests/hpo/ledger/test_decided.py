"""Decisions as a trial's attributes hold them."""

from hpo.ledger.decided import Decided, Verdict, decisions_in, written

START = {"params": {}, "reason": "drawn at random", "numbers": {"ended": 3}, "seq": 4, "at": 10.0}
PAUSED = Decided(Verdict.PAUSED, "rung 1", {"rung": 1}, 7, 11.0)
ADVANCED = Decided(Verdict.ADVANCED, "place 1 of 4", {"place": 1}, 1_000_000_000, 12.0)


def test_what_was_written_is_read_in_its_order() -> None:
    end = {"cause": "scheduler", "reason": "rung 2", "numbers": {"cut": 0.5}, "seq": 1_000_000_001, "at": 13.0}
    attributes = {"outcome": end, **dict(written(each) for each in (ADVANCED, PAUSED)), "start": START}
    assert decisions_in(attributes) == [
        Decided(Verdict.PROPOSED, "drawn at random", {"ended": 3}, 4, 10.0),
        PAUSED,
        ADVANCED,
        Decided(Verdict.STOPPED, "rung 2", {"cut": 0.5}, 1_000_000_001, 13.0),
    ]


def test_a_trial_from_before_reasons_were_kept_has_its_proposal_and_its_stop() -> None:
    start = {"params": {}, "seq": 1, "at": 10.0}
    end = {"cause": "scheduler", "reason": "rung 2", "facts": {}, "value": None, "seq": 3, "at": 13.0}
    assert [(each.verdict, each.reason) for each in decisions_in({"start": start, "outcome": end})] == [
        (Verdict.PROPOSED, ""),
        (Verdict.STOPPED, "rung 2"),
    ]


def test_other_ends_are_no_decisions_and_version_1_has_none() -> None:
    end = {"cause": "diverged", "reason": "nan", "facts": {}, "value": None, "seq": 3, "at": 13.0}
    assert decisions_in({"outcome": end}) == []
    assert decisions_in({"params": {}, "cause": "scheduler", "reason": "rung 1"}) == []
