import io

import pytest
from rich.console import Console

from hpo.ledger import Attempt, State, TrialRecord
from hpo.terminal.status import _trials


def columns(*records: TrialRecord) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(_trials("accuracy", records, ()))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()[0]


def trial(number: int, node: str, state: State = State.RUNNING) -> TrialRecord:
    return TrialRecord(number, state, {}, attempts=[Attempt(0.0, node=node, pid=7)])


@pytest.mark.parametrize(
    ("others", "place"),
    [
        ((trial(1, "here/aaaa"),), "pid"),
        ((trial(1, ""),), "pid"),  # Its process has not said yet where it is.
        ((trial(1, "here/bbbb", State.PAUSED),), "pid"),  # Of the time before a resume.
        ((trial(1, "there/cccc", State.PAUSED),), "pid"),
        ((trial(1, "there/cccc"),), "node"),
    ],
)
def test_nodes_are_named_where_trials_run_on_several(others: tuple[TrialRecord, ...], place: str) -> None:
    assert columns(trial(0, "here/aaaa"), *others).split()[6] == place
