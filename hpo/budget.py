"""How much a sweep may still try."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Budget:
    """Trials and time.

    Attributes:
        trials: Most trials; None: no such limit.
        hours: Hours of the sweep's running time after which no further trial begins; None: no such limit.
    """

    def __init__(
        self,
        trials: int | None,
        hours: float | None = None,
        spent_s: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """A budget of which earlier drivers of the sweep have spent some.

        Args:
            trials: See the attribute.
            hours: See the attribute.
            spent_s: Seconds that the earlier drivers ran.
            clock: Unix seconds; replays bring their own.
        """
        self.trials, self.hours = trials, hours
        self._spent_s, self._clock, self._since = spent_s, clock, clock()

    def __str__(self) -> str:
        trials = "any number of trials" if self.trials is None else f"{self.trials} trials"
        return trials if self.hours is None else f"{trials} within {self.hours:.3g} hours"

    def to_dict(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"trials": self.trials, "hours": self.hours}

    @property
    def spent_s(self) -> float:
        """Seconds that the sweep has run, by all its drivers."""
        return self._spent_s + self._clock() - self._since

    def now(self) -> float:
        """The time, Unix seconds."""
        return self._clock()

    def allows(self, proposed: int) -> bool:
        """Whether another trial may begin after so many."""
        in_time = self.hours is None or self.spent_s < self.hours * 3600
        return in_time and (self.trials is None or proposed < self.trials)

    def one_more(self) -> None:
        """Room for a trial that a person asked for."""
        if self.trials is not None:
            self.trials += 1

    def extend(self, proposed: int, trials: int = 0, hours: float = 0.0) -> None:
        """More of it.

        Args:
            proposed: How many trials there are.
            trials: So many more trials; alone, they are the only limit.
            hours: So many hours from now on; alone, they are the only limit.
        """
        self.hours = self.spent_s / 3600 + hours if hours else None
        self.trials = (proposed if self.trials is None else self.trials) + trials if trials else None
