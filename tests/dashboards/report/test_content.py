from collections.abc import Callable
from dataclasses import replace

from dashboards.report import report
from dashboards.report.blocks import Text
from dashboards.report.ends import ends
from hpo.results import Attempt, Look, State, TrialRecord


def test_a_sweep_whose_driver_was_killed_is_not_said_to_run(look_of: Callable[[str], Look]) -> None:
    look = look_of("going")
    assert (look.status.state, look.summary["status"]) == ("interrupted", "running")
    made = report(look)
    assert made.lead[-1].startswith("Interrupted: ")
    assert dict(made.facts)["state"] == "interrupted"


def test_only_what_failed_was_tried_again(look_of: Callable[[str], Look]) -> None:
    ends_of_stays = ["lost", "scheduler", "left", "preempted", "driver_gone", "hpo stop", "host_memory"]
    records = tuple(
        TrialRecord(number, State.COMPLETE, {}, 0.0, 9.0, attempts=[Attempt(0, end=end), Attempt(5)])
        for number, end in enumerate(ends_of_stays)
    )
    texts = [block.markdown for block in ends(replace(look_of("one"), records=records)) if isinstance(block, Text)]
    assert "2 trials lost a process on the way and were tried again: 0, 6." in texts
