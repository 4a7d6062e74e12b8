"""The table of a sweep's trials: filtered, sorted, a page of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.pages.asked import Asked, Part, part_of
from dashboards.pages.words import number
from hpo.results import Look, State, TrialRecord, short_names

USUAL = "number"
PARAM = "p:"  # Before the dotted name of a parameter by which the table is sorted.
MOST_COLUMNS = 8  # Parameters with a column of their own; where there are more, they share one.


@dataclass(frozen=True)
class Row:
    """One trial.

    Attributes:
        record: The trial.
        last: The metric at its newest evaluation.
        seconds: In training, evaluation and so on.
        best: Whether it is the sweep's best.
    """

    record: TrialRecord
    last: float | None
    seconds: float
    best: bool


@dataclass(frozen=True)
class Table:
    """One page of the table.

    Attributes:
        part: The trials of this page, and which page it is.
        rows: The same, for show.
        every: How many trials the sweep has.
        counts: Trials by state, before any filter.
        names: Short names of all parameters, by their dotted names.
        wide: Whether each has a column of its own.
    """

    part: Part[TrialRecord]
    rows: tuple[Row, ...]
    every: int
    counts: tuple[tuple[State, int], ...]
    names: Mapping[str, str]
    wide: bool


def table(look: Look, asked: Asked) -> Table:
    """The page of the table that is wanted."""
    names = names_of(look)
    counts = Counter(record.state for record in look.records)
    wanted = [record for record in look.records if asked.state in ("", record.state.value)]
    if asked.search:
        text = asked.search.lower()
        wanted = [record for record in wanted if text in _text(record, names)]
    part = part_of(wanted, asked, {**KEYS, **{f"{PARAM}{name}": _param(name) for name in names}})
    best = None if look.status.best is None else look.status.best.number
    rows = tuple(_row(look, record, best) for record in part.rows)
    by_state = tuple((state, counts[state]) for state in State if counts[state])
    return Table(part, rows, len(look.records), by_state, names, 0 < len(names) <= MOST_COLUMNS)


def names_of(look: Look) -> dict[str, str]:
    """Short names of all parameters that any trial has, by their dotted names."""
    return short_names(dict.fromkeys(name for record in look.records for name in record.params))


def columns_of(look: Look) -> list[str]:
    """All by which the table can be sorted."""
    return [*KEYS, *(f"{PARAM}{name}" for name in names_of(look))]


def spent_s(record: TrialRecord) -> float:
    """Seconds that a trial has cost."""
    return sum(record.seconds(kind) for kind in ("load_s", "train_s", "eval_s", "save_s", "wait_s"))


KEYS: dict[str, Callable[[TrialRecord], Any]] = {
    "number": lambda record: record.number,
    "state": lambda record: list(State).index(record.state),
    "value": lambda record: record.value,
    "epochs": lambda record: record.epochs,
    "seconds": spent_s,
}


def _param(name: str) -> Callable[[TrialRecord], Any]:
    """Numbers by their size, then texts by the alphabet."""

    def key(record: TrialRecord) -> tuple[bool, float, str] | None:
        if name not in record.params:
            return None
        value = record.params[name]
        counts = isinstance(value, (int, float)) and not isinstance(value, bool)
        return (False, float(value), "") if counts else (True, 0.0, str(value))

    return key


def _text(record: TrialRecord, names: Mapping[str, str]) -> str:
    """All of a row that can be searched for, in small letters."""
    values = " ".join(f"{names[name]}={number(value)}" for name, value in record.params.items())
    cause = record.cause.value.replace("_", " ") if record.cause else ""
    return f"#{record.number} {record.state.value} {cause} {number(record.value)} {values}".lower()


def _row(look: Look, record: TrialRecord, best: int | None) -> Row:
    last = record.evaluations[-1]["metrics"].get(look.metric) if record.evaluations else None
    return Row(record, last, spent_s(record), record.number == best)
