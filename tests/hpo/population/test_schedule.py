"""The file of a trial's schedule."""

import json
from pathlib import Path
from typing import Any

import pytest

from hpo.errors import InputError
from hpo.ledger import State, TrialRecord
from hpo.lineage import Segment, changes_of
from hpo.population.schedule import SCHEDULE, Schedule, read_schedule
from hpo.population.shown import with_schedules
from models.spec import Change

RATE, DECAY = "train.learning_rate", "train.weight_decay"
COURSE = (
    Segment(0, 0.0, 3, {RATE: 1e-3, DECAY: 0.1}),
    Segment(40, 1.0, 5, {RATE: 8e-4, DECAY: 0.12}),
    Segment(80, 2.0, 1, {RATE: 9.6e-4, DECAY: 0.1}),
)


def schedule() -> Schedule:
    record = TrialRecord(1, State.COMPLETE, dict(COURSE[-1].params), value=0.9, value_epoch=3.0)
    return Schedule("pbt", record, "rows", ("model=tiny", f"{RATE}=0.001"), COURSE)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = schedule().write(tmp_path)
    assert path.name == SCHEDULE
    assert read_schedule(path) == schedule()


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text in ("{}", "[1]", "no json", json.dumps({**schedule().to_dict(), "format": 99})):
        path.write_text(text)
        with pytest.raises(InputError, match=r"schedule\.json that a sweep with scheduler=pbt wrote"):
            read_schedule(path)
    with pytest.raises(InputError, match="cannot read"):
        read_schedule(tmp_path / "none.json")


def test_the_changes_are_those_after_the_first_stretch() -> None:
    assert changes_of(COURSE) == (
        Change.of(40, {"learning_rate": 8e-4, "weight_decay": 0.12}),
        Change.of(80, {"learning_rate": 9.6e-4, "weight_decay": 0.1}),
    )
    assert changes_of(COURSE, without={RATE}) == (
        Change.of(40, {"weight_decay": 0.12}),
        Change.of(80, {"weight_decay": 0.1}),
    )
    assert changes_of(COURSE, without={RATE, DECAY}) == ()
    assert changes_of(COURSE[:1]) == ()


def test_a_summary_without_a_population_is_as_it_was() -> None:
    summary: dict[str, Any] = {"name": "plain", "best": None, "front": [], "trials": []}
    assert with_schedules(summary, [TrialRecord(0, State.COMPLETE, {})]) is summary
