"""One sweep of the ledger, read again and again: what cannot change any more is read once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from hpo.aims import Aims
from hpo.errors import LedgerError, UnknownSweepError
from hpo.ledger.ledger import READABLE, is_proposed, record_from
from hpo.ledger.names import BEGUN, sweep_names
from hpo.ledger.optuna_tables import ABOUT, ATTRIBUTES, CURVES, DIRECTIONS, FINITE, STUDIES, TRIALS
from hpo.ledger.record import PAUSED, TrialRecord
from hpo.ledger.storage import PATIENCE_S, check_tables, is_missing, open_engine, patiently, url_of

AT_ONCE = 200  # Trials a query: bounds the memory, and the number of a statement's parameters.
_RUN_ID = "mlflow_run_id:"
_ATTEMPTS = "attempts"


@dataclass(frozen=True)
class Glance:
    """What a reading found.

    Attributes:
        about: Facts about the sweep; JSON values.
        records: Its trials, in the order of their numbers.
        maximize: Whether more of the metric is better.
    """

    about: Mapping[str, Any]
    records: tuple[TrialRecord, ...]
    maximize: bool


class Reading:
    """Reads one sweep, or a part of one; of what it read before, only what may have changed.

    A trial that has ended never changes, so its record is kept. A paused one is read again when something was decided
    about it, or it went on. Not for several threads at once.

    Args:
        url: The ledger's database.
        name: The sweep's name, or that of its part.
        patience_s: How long to wait for a database that is away.
    """

    def __init__(self, url: str, name: str, patience_s: float = PATIENCE_S) -> None:
        self.name = name
        self._url, self._patience_s = url, patience_s
        self._study_id: int | None = None
        self._forget()

    def read(self) -> Glance:
        """The sweep now.

        Raises:
            UnknownSweepError: There is no such sweep.
            LedgerError: The database stayed away, or the record is of a version that cannot be read.
        """
        found = self.find()
        if found is None:
            raise UnknownSweepError(self.name, sweep_names(self._url, self._patience_s), url_of(self._url))
        return found

    def find(self) -> Glance | None:
        """The same; None: there is no such sweep, or it is not yet begun.

        Raises:
            LedgerError: As in `read`.
        """
        if is_missing(self._url):
            return None
        patiently(lambda: check_tables(self._url), self._patience_s)
        return patiently(self._read, self._patience_s)

    def _forget(self) -> None:
        self._records: dict[int, TrialRecord] = {}  # By Optuna's id of the trial.
        self._ended: set[int] = set()
        self._marks: dict[int, tuple[Any, ...]] = {}  # What tells that a paused trial is as it was.
        self._written: dict[str, str] = {}
        self._about: dict[str, Any] = {}

    def _read(self) -> Glance | None:
        with open_engine(self._url).connect() as connection:
            if not self._find(connection):
                return None
            self._read_about(connection)
            if not self._is_begun():
                return None
            maximize = self._maximize(connection)
            # States first: of a trial that is said to have ended, everything was written before.
            rows = connection.execute(
                select(TRIALS.c.trial_id, TRIALS.c.number, TRIALS.c.state, *_TIMES).where(
                    TRIALS.c.study_id == self._study_id
                )
            ).all()
            self._read_trials(connection, rows, maximize)
        return Glance(self._about, self._with_runs(), maximize)

    def _find(self, connection: Connection) -> bool:
        query = select(STUDIES.c.study_id).where(STUDIES.c.study_name == self.name)
        found = connection.execute(query).scalar()
        if found != self._study_id:  # A name may be taken again.
            self._study_id = found
            self._forget()
        return found is not None

    def _read_about(self, connection: Connection) -> None:
        query = select(ABOUT.c.key, ABOUT.c.value_json).where(ABOUT.c.study_id == self._study_id)
        written = {str(key): str(value) for key, value in connection.execute(query)}
        changed = {key: value for key, value in written.items() if self._written.get(key) != value}
        if changed or written.keys() != self._written.keys():
            kept = {key: value for key, value in self._about.items() if key in written}
            self._about = kept | _parsed(changed.items())
            self._written = written

    def _is_begun(self) -> bool:
        if BEGUN not in self._about:
            return False
        version = int(self._about[BEGUN])
        if version not in READABLE:
            known = " and ".join(map(str, READABLE))
            raise LedgerError(f"sweep {self.name!r} has ledger schema {version}; this version reads {known}")
        return True

    def _maximize(self, connection: Connection) -> bool:
        query = select(DIRECTIONS.c.direction).where(DIRECTIONS.c.study_id == self._study_id)
        return connection.execute(query).scalar() is StudyDirection.MAXIMIZE

    def _read_trials(self, connection: Connection, rows: Sequence[Any], maximize: bool) -> None:
        marks = self._marks_of(connection, [row.trial_id for row in rows if not row.state.is_finished()])
        due = [row for row in rows if row.trial_id not in self._ended and not self._is_as_it_was(row.trial_id, marks)]
        aims = Aims.of(self._about, maximize)
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            ids = [row.trial_id for row in some]
            attributes, curves = _attributes(connection, ids), _curves(connection, ids)
            for row in some:
                trial = _trial(row, attributes.get(row.trial_id, {}), curves.get(row.trial_id, {}))
                if is_proposed(trial):
                    self._records[row.trial_id] = record_from(trial, {}, maximize, aims)
                if row.state.is_finished():
                    self._ended.add(row.trial_id)
        self._marks = marks

    def _is_as_it_was(self, trial_id: int, marks: Mapping[int, tuple[Any, ...]]) -> bool:
        """Of a trial that has not ended: whether it was paused, and nothing was written of it since."""
        mark = marks.get(trial_id)
        return mark is not None and mark[0] == "true" and mark == self._marks.get(trial_id)

    def _marks_of(self, connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """Of each trial: whether it is paused, its stays in slots, and the newest of what was written."""
        newest: dict[int, Any] = {}
        values: dict[tuple[int, str], str] = {}
        for start in range(0, len(ids), AT_ONCE):
            mine = ATTRIBUTES.c.trial_id.in_(ids[start : start + AT_ONCE])
            last = select(ATTRIBUTES.c.trial_id, func.max(ATTRIBUTES.c.trial_user_attribute_id)).where(mine)
            newest.update(map(tuple, connection.execute(last.group_by(ATTRIBUTES.c.trial_id))))
            texts = select(ATTRIBUTES.c.trial_id, ATTRIBUTES.c.key, ATTRIBUTES.c.value_json).where(mine)
            found = connection.execute(texts.where(ATTRIBUTES.c.key.in_((PAUSED, _ATTEMPTS))))
            values |= {(trial, key): value for trial, key, value in found}
        return {
            trial: (values.get((trial, PAUSED)), values.get((trial, _ATTEMPTS)), row) for trial, row in newest.items()
        }

    def _with_runs(self) -> tuple[TrialRecord, ...]:
        """The records by number, with their MLflow runs, which are written with the sweep, at any time."""
        for key, record in self._records.items():
            run_id = self._about.get(f"{_RUN_ID}{record.number}")
            if run_id != record.mlflow_run_id:
                self._records[key] = replace(record, mlflow_run_id=run_id)
        return tuple(sorted(self._records.values(), key=lambda record: record.number))


_TIMES = (TRIALS.c.datetime_start, TRIALS.c.datetime_complete)


def _trial(row: Row[Any], attributes: dict[str, Any], curve: dict[int, float]) -> FrozenTrial:
    """As Optuna has it, without what no record says."""
    return FrozenTrial(
        number=row.number,
        state=TrialState(row.state),
        value=None,
        datetime_start=_utc(row.datetime_start),
        datetime_complete=_utc(row.datetime_complete),
        params={},
        distributions={},
        user_attrs=attributes,
        system_attrs={},
        intermediate_values=curve,
        trial_id=row.trial_id,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _attributes(connection: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    table = ATTRIBUTES.c
    query = select(table.trial_id, table.key, table.value_json).where(table.trial_id.in_(ids)).order_by(table.trial_id)
    groups = groupby(connection.execute(query), key=lambda row: row[0])
    return {trial: _parsed((key, text) for _, key, text in rows) for trial, rows in groups}


def _curves(connection: Connection, ids: Collection[int]) -> dict[int, dict[int, float]]:
    table = CURVES.c
    query = select(table.trial_id, table.step, table.intermediate_value)
    query = query.where(table.trial_id.in_(ids), table.intermediate_value_type == FINITE).order_by(table.trial_id)
    groups = groupby(connection.execute(query), key=lambda row: row[0])
    return {trial: {step: value for _, step, value in rows} for trial, rows in groups}


def _parsed(written: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """JSON values by key. Parsed as one text, so that the names in many alike values are kept once."""
    pairs = list(written)
    values = json.loads(f"[{','.join(text for _, text in pairs)}]")
    return {key: value for (key, _), value in zip(pairs, values, strict=True)}
