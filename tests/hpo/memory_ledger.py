"""A ledger in memory whose writes can be cut short, for tests that open it thousands of times."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from typing import Any, cast

import optuna
from optuna.storages import InMemoryStorage

from hpo.ledger import SCHEMA_VERSION, Ledger
from hpo.ledger.storage import PatientStorage

WRITES = (
    "create_new_trial",
    "set_trial_param",
    "set_trial_user_attr",
    "set_trial_system_attr",
    "set_trial_intermediate_value",
    "set_trial_state_values",
)


class Killed(BaseException):
    """The driver is gone at this instant."""


class MemoryStorage(InMemoryStorage):  # type: ignore[misc]  # it has no types
    """Optuna's own storage in memory, with what the ledger asks of its storage beyond that.

    Attributes:
        countdown: So many more writes, the last of which kills the driver: before it is made, or just after.
        after: Which of both.
    """

    outages = 0
    url = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.countdown, self.after = math.inf, False

    def begin(self, name: str, **about: Any) -> None:
        """Make a sweep in it; more of the metric is better."""
        study = optuna.create_study(study_name=name, storage=self, direction="maximize")
        for key, value in {**about, "schema_version": SCHEMA_VERSION}.items():
            study.set_user_attr(key, value)

    def ledger(self, name: str) -> Ledger:
        """The sweep's ledger, as a new driver opens it."""
        return Ledger(cast(PatientStorage, self), name)

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        """As a database does: nothing is shared with whoever wrote it."""
        super().set_trial_user_attr(trial_id, key, json.loads(json.dumps(value)))


def _mortal(name: str) -> Callable[..., Any]:
    plain = getattr(MemoryStorage, name)

    @functools.wraps(plain)
    def method(self: MemoryStorage, *args: Any, **kwargs: Any) -> Any:
        self.countdown -= 1
        if self.countdown == 0 and not self.after:
            raise Killed
        written = plain(self, *args, **kwargs)
        if self.countdown == 0:
            raise Killed
        return written

    return method


for _name in WRITES:
    setattr(MemoryStorage, _name, _mortal(_name))
