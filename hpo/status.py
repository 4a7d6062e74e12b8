"""How a sweep stands, from the ledger alone: while it runs, or after."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpo.budget import Budget
from hpo.ledger import Driver, Inbox, State, TrialRecord, driver_of, open_engine
from hpo.place import Place
from hpo.ranking import best_trial
from hpo.stopping import Stopped

RUNNING, INTERRUPTED = "running", "interrupted"


@dataclass(frozen=True)
class Status:
    """One sweep at one moment.

    Attributes:
        state: `running`, `stopped`, `finished`, `failed`; `interrupted`: its driver is gone without a word.
        driver: Who drives it; None: nobody.
        left_because: Why the last driver left; empty: it did not, or the sweep was done.
        stopped: Why no further trial begins; None: one may.
        requests: How many requests wait for a driver.
        spent_s: Seconds that it ran, by all its drivers.
    """

    name: str
    state: str
    metric: str
    driver: Driver | None
    left_because: str
    budget: Budget
    records: tuple[TrialRecord, ...]
    best: TrialRecord | None
    stopped: Stopped | None
    requests: int
    started_at: float
    spent_s: float

    @property
    def counts(self) -> dict[State, int]:
        """How many trials are in each state."""
        return dict(Counter(record.state for record in self.records))

    def in_state(self, state: State) -> list[TrialRecord]:
        """The trials that are in a state."""
        return [record for record in self.records if record.state is state]

    @property
    def goes_on(self) -> bool:
        """Whether somebody drives it."""
        return self.driver is not None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        best, driver = self.best, self.driver
        return {
            "name": self.name,
            "state": self.state,
            "metric": self.metric,
            "driver": None if driver is None else {"host": driver.host, "pid": driver.pid, "since": driver.since},
            "left_because": self.left_because,
            "stopped": None if self.stopped is None else asdict(self.stopped),
            "budget": self.budget.to_dict(),
            "counts": {state.value: count for state, count in self.counts.items()},
            "best": None if best is None else {"number": best.number, "value": best.value},
            "requests": self.requests,
            "started_at": self.started_at,
            "spent_s": self.spent_s,
            "trials": [_trial(record) for record in self.records],
        }


def status_of(
    place: Place, name: str, about: Mapping[str, Any], records: Sequence[TrialRecord], maximize: bool
) -> Status:
    """How a sweep stands: what was read of it before, and who drives it now."""
    engine = open_engine(place.ledger_url)
    driver = driver_of(engine, name)
    alive = None if driver is None or driver.gone else driver
    spent_s = float(about.get("spent_s", 0.0)) + (time.time() - alive.beat_at if alive else 0.0)
    return Status(
        name=name,
        state=state_of(about, alive),
        metric=about["metric"],
        driver=alive,
        left_because="" if alive else about.get("left_because", ""),
        budget=Budget.of(about),
        stopped=Stopped.of(about),
        records=tuple(records),
        best=best_trial(records, maximize),
        requests=len(Inbox(engine, name, place.patience_s).waiting()),
        started_at=float(about["started_at"]),
        spent_s=spent_s,
    )


def state_of(about: Mapping[str, Any], driver: Driver | None) -> str:
    """The sweep's state.

    Args:
        about: What the ledger knows of the sweep.
        driver: Who drives it, alive; None: nobody.
    """
    if driver is not None:
        return RUNNING
    noted = str(about.get("status", RUNNING))
    return INTERRUPTED if noted == RUNNING else noted


def _trial(record: TrialRecord) -> dict[str, Any]:
    last: Sequence[Any] = record.attempts[-1:]
    return {
        "number": record.number,
        "state": record.state.value,
        "cause": record.cause and record.cause.value,
        "epochs": record.epochs,
        "steps": record.steps,
        "value": record.value,
        "params": record.params,
        "attempts": len(record.attempts),
        "node": last[0].node if last else "",
        "pid": last[0].pid if last else 0,
    }
