"""All sweeps of a ledger, a line each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpo.aims import Aims
from hpo.ledger import Overview, Reading, Row, State, reading
from hpo.place import Place
from hpo.ranking import best_trial
from hpo.status import RUNNING, state_of


@dataclass(frozen=True)
class Best:
    """The best trial of a sweep.

    Attributes:
        number: The trial's.
        value: What it reached of the metric.
    """

    number: int
    value: float


@dataclass(frozen=True)
class Line:
    """One sweep in a list.

    Attributes:
        state: As in `Status`: `running`, `stopped`, `finished`, `failed`, `interrupted`.
        metric: What is optimized; of several, the first.
        maximize: Whether more of it is better.
        counts: How many trials are in each state.
        trials: Most trials of its budget; None: no such limit.
        hours: Most hours of its budget; None: no such limit.
        slots: How many trials run at once; None: not known yet.
        best: None: no trial has a value that keeps every limit.
        spent_s: Seconds that it ran, by all its drivers.
        started_at, ended_at: Unix seconds; the latter None: it was not ended.
        left_at: When its driver last gave a sign, Unix seconds; of one that has none, about when it left.
        left_because: Why the last driver left; empty: it did not, or the sweep was done.
        choices: What was chosen of the config's groups: data, model, tuning, train.
        about: More facts of it, as the ledger has them; JSON values.
    """

    name: str
    state: str
    metric: str
    maximize: bool
    counts: Mapping[State, int]
    trials: int | None
    hours: float | None
    slots: int | None
    best: Best | None
    spent_s: float
    started_at: float
    ended_at: float | None
    left_at: float
    left_because: str
    choices: Mapping[str, str]
    about: Mapping[str, Any]

    @property
    def goes_on(self) -> bool:
        """Whether somebody drives it."""
        return self.state == RUNNING

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return sum(count for state, count in self.counts.items() if state.ended)

    @property
    def age_s(self) -> float:
        """Seconds since it began."""
        return max(0.0, time.time() - self.started_at)


class Lines:
    """Reads the list again and again, cheaply. Not for several threads at once.

    Args:
        place: Where the sweeps are.
    """

    def __init__(self, place: Place) -> None:
        self._url, self._patience_s = place.ledger_url, place.patience_s
        self._overview = Overview(self._url, self._patience_s)
        self._readings: dict[str, Reading] = {}
        self._bests: dict[str, tuple[Row, Best | None]] = {}

    def read(self) -> list[Line]:
        """The sweeps now, the newest first.

        Raises:
            LedgerError: The database stayed away.
        """
        with reading():
            rows = self._overview.rows()
            lines = [_line(row, self._best(row)) for row in rows]
        names = {row.name for row in rows}
        self._bests = {name: kept for name, kept in self._bests.items() if name in names}
        return lines

    def _best(self, row: Row) -> Best | None:
        """By the metric alone where that decides it; else by the trials themselves."""
        if row.best is not None and Aims.of(row.about, row.maximize).plain:
            return Best(*row.best)
        if not row.counts:
            return None
        kept = self._bests.get(row.name)
        if kept is None or kept[0] is not row:
            kept = row, self._best_of_trials(row)
            self._bests[row.name] = kept
        return kept[1]

    def _best_of_trials(self, row: Row) -> Best | None:
        reading = self._readings.pop(row.name, None) or Reading(self._url, row.name, self._patience_s)
        if row.driver is not None:  # It will be asked again soon.
            self._readings[row.name] = reading
        found = reading.find()
        best = None if found is None else best_trial(found.records, found.maximize)
        return None if best is None or best.value is None else Best(best.number, best.value)


def _line(row: Row, best: Best | None) -> Line:
    about = row.about
    alive = None if row.driver is None or row.driver.gone else row.driver
    limits, started_at = about.get("budget", {}), float(about["started_at"])
    spent_s = float(about.get("spent_s", 0.0))
    left_at = row.driver.beat_at if row.driver else about.get("ended_at") or started_at + spent_s
    return Line(
        name=row.name,
        state=state_of(about, alive),
        metric=str(about["metric"]),
        maximize=row.maximize,
        counts=row.counts,
        trials=limits.get("trials"),
        hours=limits.get("hours"),
        slots=about.get("slots", {}).get("count"),
        best=best,
        spent_s=spent_s + (time.time() - alive.beat_at if alive else 0.0),
        started_at=started_at,
        ended_at=about.get("ended_at"),
        left_at=float(left_at),
        left_because="" if alive else str(about.get("left_because", "")),
        choices=about.get("choices", {}),
        about=about,
    )
