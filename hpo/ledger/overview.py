"""All sweeps of a ledger at a glance, without reading their trials."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.study import StudyDirection
from optuna.trial import TrialState
from sqlalchemy import case, exists, func, select
from sqlalchemy.engine import Connection

from hpo.ledger.driver import Driver
from hpo.ledger.names import IS_SWEEP
from hpo.ledger.optuna_tables import ABOUT, ATTRIBUTES, DIRECTIONS, FINITE_VALUE, STUDIES, TRIALS, VALUES
from hpo.ledger.record import PAUSED, State
from hpo.ledger.storage import PATIENCE_S, check_tables, is_missing, open_engine, patiently
from hpo.ledger.tables import DRIVERS, make_tables

# The facts of a sweep that a line about it needs; the others can be long.
FACTS = (
    *("metric", "aims", "status", "left_because", "stopped", "started_at", "ended_at", "spent_s", "budget", "slots"),
    *("choices", "mlflow_uri", "mlflow_experiment_id", "mlflow_run_id", "sweep_dir", "sweep_id"),
)


@dataclass(frozen=True)
class Row:
    """One sweep.

    Attributes:
        about: The facts named in `FACTS`, as far as it has them.
        maximize: Whether more of its metric is better.
        driver: Who holds it, alive or not; None: nobody.
        counts: How many trials are in each state.
        best: Number and value of the best of the trials that ran to their end, by the metric alone; None: none did.
    """

    name: str
    about: Mapping[str, Any]
    maximize: bool
    driver: Driver | None
    counts: Mapping[State, int]
    best: tuple[int, float] | None


class Overview:
    """Reads it again and again; a sweep that nobody drives is counted once. Not for several threads at once.

    Args:
        url: The ledger's database.
        patience_s: How long to wait for a database that is away.
    """

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self._url, self._patience_s = url, patience_s
        self._kept: dict[int, tuple[Mapping[str, str], Row]] = {}  # By study, with the facts' text that it was made of.

    def rows(self) -> list[Row]:
        """The sweeps now, the newest first; none when there is no ledger yet.

        A sweep that is the same as before is the same object.

        Raises:
            LedgerError: The database stayed away.
        """
        if is_missing(self._url):
            return []
        patiently(lambda: check_tables(self._url), self._patience_s)
        return patiently(self._rows, self._patience_s)

    def _rows(self) -> list[Row]:
        engine = open_engine(self._url)
        make_tables(engine)
        with engine.connect() as connection:
            drivers = _drivers(connection)  # First: whoever is gone by now has written all that it had to.
            studies, facts = _studies(connection), _facts(connection)
            due = [
                study for study, (name, _) in studies.items() if name in drivers or not self._holds(study, facts[study])
            ]
            counts, bests = _counts(connection, due), _bests(connection, due)
        for study in due:
            name, maximize = studies[study]
            about = {key: json.loads(text) for key, text in facts[study].items()}
            row = Row(name, about, maximize, drivers.get(name), counts.get(study, {}), bests.get(study))
            self._kept[study] = facts[study], row
        self._kept = {study: self._kept[study] for study in studies}
        return [row for _, row in self._kept.values()]

    def _holds(self, study: int, facts: Mapping[str, str]) -> bool:
        """Whether what is kept of a sweep that nobody drives is still true: its last driver noted how long it ran."""
        kept = self._kept.get(study)
        return kept is not None and kept[0] == facts and kept[1].driver is None


def _drivers(connection: Connection) -> dict[str, Driver]:
    rows = connection.execute(select(DRIVERS)).mappings()
    return {row["sweep"]: Driver(**{key: value for key, value in row.items() if key != "sweep"}) for row in rows}


def _studies(connection: Connection) -> dict[int, tuple[str, bool]]:
    """Name of each sweep, and whether more is better, by its study's id; the newest first."""
    query = select(STUDIES.c.study_id, STUDIES.c.study_name, DIRECTIONS.c.direction)
    query = query.join(DIRECTIONS, DIRECTIONS.c.study_id == STUDIES.c.study_id).where(*IS_SWEEP)
    rows = connection.execute(query.order_by(STUDIES.c.study_id.desc()))
    return {study: (name, direction is StudyDirection.MAXIMIZE) for study, name, direction in rows}


def _facts(connection: Connection) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    query = select(ABOUT.c.study_id, ABOUT.c.key, ABOUT.c.value_json).where(ABOUT.c.key.in_(FACTS))
    for study, key, text in connection.execute(query):
        found[study][key] = text
    return found


def _counts(connection: Connection, studies: Sequence[int]) -> dict[int, dict[State, int]]:
    """Of the trials that were proposed."""
    paused = ATTRIBUTES.alias("paused")
    mine = (paused.c.trial_id == TRIALS.c.trial_id) & (paused.c.key == PAUSED)
    is_paused = case((paused.c.value_json == "true", 1), else_=0)
    begun = exists().where(ATTRIBUTES.c.trial_id == TRIALS.c.trial_id, ATTRIBUTES.c.key.in_(("start", "params")))
    query = select(TRIALS.c.study_id, TRIALS.c.state, is_paused, func.count()).outerjoin(paused, mine)
    query = query.where(TRIALS.c.study_id.in_(studies), begun).group_by(TRIALS.c.study_id, TRIALS.c.state, is_paused)
    found: dict[int, dict[State, int]] = defaultdict(dict)
    for study, state, held, count in connection.execute(query):
        mine_now = State.of(state, {PAUSED: bool(held)})
        found[study][mine_now] = found[study].get(mine_now, 0) + count
    return found


def _bests(connection: Connection, studies: Sequence[int]) -> dict[int, tuple[int, float]]:
    loss = case((DIRECTIONS.c.direction == StudyDirection.MAXIMIZE, -VALUES.c.value), else_=VALUES.c.value)
    place = func.row_number().over(partition_by=TRIALS.c.study_id, order_by=(loss, TRIALS.c.number)).label("place")
    ended = (
        select(TRIALS.c.study_id, TRIALS.c.number, VALUES.c.value, place)
        .join(VALUES, VALUES.c.trial_id == TRIALS.c.trial_id)
        .join(DIRECTIONS, DIRECTIONS.c.study_id == TRIALS.c.study_id)
        .where(TRIALS.c.study_id.in_(studies), TRIALS.c.state == TrialState.COMPLETE)
        .where(VALUES.c.value_type == FINITE_VALUE)
        .subquery()
    )
    rows = connection.execute(select(ended.c.study_id, ended.c.number, ended.c.value).where(ended.c.place == 1))
    return {study: (number, value) for study, number, value in rows}
