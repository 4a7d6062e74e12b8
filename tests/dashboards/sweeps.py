"""Sweeps that nobody ran: played through the real ledger on a clock of their own, to look at in tests and benches.

Played in memory, where 50,000 evaluations take seconds, then put into the database in one go.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import event, insert

from hpo.ledger import Ledger, Seat, open_engine
from hpo.ledger.storage import PatientStorage
from hpo.place import Place
from tests.dashboards.facts import Made, about_of
from tests.dashboards.player import Clocked, Player
from tests.hpo.memory_ledger import MemoryStorage

__all__ = ["LISTS", "Made", "away", "driven", "made_sweep"]

CHOICES = "tuning: {targets: {choices: [[query, value], null]}}, train: {length_bucketing: {choices: [true, false]}}"
LISTS = ("tuning=lora", f"+space={{{CHOICES}}}")  # Overrides with choices that are no scalars.
BEGUN_AT = 1_760_000_000.0  # Unix seconds; of a sweep that runs, it is a moment before now.


def made_sweep(place: Place, name: str = "made", made: Made | None = None, **given: Any) -> Ledger:
    """Write a believable sweep into a ledger.

    Args:
        place: Where; its folder is made, and the sweep's in it.
        name: The sweep's name.
        made: What it is like; `given` says the same by keyword, as in `made_sweep(place, trials=200, points=20)`.
    """
    made = made or Made(**given)
    ledger = _played(place, name, made, BEGUN_AT)
    if made.running:  # It stands as it does now.
        ledger = _played(place, name, made, time.time() - ledger.about["spent_s"])
    return _put(ledger, place)


def _played(place: Place, name: str, made: Made, begun_at: float) -> Clocked:
    storage = MemoryStorage()
    storage.begin(name, **about_of(place, name, made), started_at=begun_at)
    ledger = Clocked(cast(PatientStorage, storage), name)
    ledger.now = begun_at
    Player(ledger, made).play()
    return ledger


@contextmanager
def driven(place: Place, name: str = "made") -> Iterator[None]:
    """As long as it lasts, this process is the sweep's driver, so that the sweep counts as running."""
    with Seat(place.ledger_url, name, lambda: None, lambda: None):
        yield


@contextmanager
def away(place: Place) -> Iterator[list[float]]:
    """As long as it lasts, the ledger's database takes no new connection; tells when one was refused, Unix seconds."""
    refused: list[float] = []

    def refuse(*_: object) -> None:
        refused.append(time.time())
        raise sqlite3.OperationalError("database is locked")

    engine = open_engine(place.ledger_url)
    event.listen(engine, "do_connect", refuse)
    try:
        yield refused
    finally:
        event.remove(engine, "do_connect", refuse)


def _put(ledger: Clocked, place: Place) -> Ledger:
    """The same sweep in the place's own database."""
    about = {key: value for key, value in ledger.about.items() if key != "schema_version"}
    made = Ledger.create(place.ledger_url, ledger.name, maximize=ledger.maximize, about=about)
    trials = ledger.study.get_trials(deepcopy=False)
    made.study.add_trials([_bare(trial) for trial in trials])
    ids = [trial._trial_id for trial in made.study.get_trials(deepcopy=False)]
    attributes, points = [], []
    for trial_id, trial in zip(ids, trials, strict=True):
        for key, value in trial.user_attrs.items():
            attributes.append({"trial_id": trial_id, "key": key, "value_json": json.dumps(value)})
        for step, value in trial.intermediate_values.items():
            finite = models.TrialIntermediateValueModel.TrialIntermediateValueType.FINITE
            row = {"trial_id": trial_id, "step": step, "intermediate_value": value, "intermediate_value_type": finite}
            points.append(row)
    with open_engine(place.ledger_url).begin() as connection:  # A hundred times faster than one after another.
        for table, rows in ((models.TrialUserAttributeModel, attributes), (models.TrialIntermediateValueModel, points)):
            if rows:
                connection.execute(insert(table), rows)
    return Ledger.open(place.ledger_url, ledger.name)


def _bare(trial: FrozenTrial) -> FrozenTrial:
    """A trial as Optuna takes it from elsewhere, without what belongs to the ledger."""
    return FrozenTrial(
        number=-1,
        trial_id=-1,
        state=trial.state,
        value=trial.value if trial.state is not TrialState.FAIL else None,
        datetime_start=trial.datetime_start,
        datetime_complete=trial.datetime_complete,
        params={},
        distributions={},
        user_attrs={},
        system_attrs=trial.system_attrs,
        intermediate_values={},
    )
