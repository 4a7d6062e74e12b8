"""That a sweep is done, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOTE = "stopped"  # In the ledger, among what is known of the sweep.
TARGET = "target"
_USED_UP = ("trials", "hours", "space")  # Told, but not remembered: whether they still hold is seen from the trials.


@dataclass(frozen=True)
class Stopped:
    """Which rule ended a sweep.

    Attributes:
        rule: `target`, `gpu_hours`, `cpu_hours`, `plateau`; `trials`, `hours`: the budget is used up; `space`: every
            configuration was tried.
        reason: The same in words, with the numbers of that moment.
        trials: How many trials there were. One that begins later was asked for by a person, and is not concerned.
    """

    rule: str
    reason: str
    trials: int

    @property
    def ends_running(self) -> bool:
        """Whether the trials that run are to end too. Otherwise only no further one begins."""
        return self.rule == TARGET

    @property
    def lasts(self) -> bool:
        """Whether it holds for every later driver, until a person extends the sweep."""
        return self.rule not in _USED_UP

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Stopped | None:
        """What a sweep's ledger says of it; None: nothing.

        Args:
            about: What the ledger knows of the sweep.
        """
        data = about.get(NOTE)
        return None if data is None else cls(**data)
