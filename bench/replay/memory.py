"""A ledger in memory, as real as the one in a database but for its durability."""

from __future__ import annotations

import json
from typing import Any, cast

import optuna
from optuna.storages import InMemoryStorage

from hpo.ledger import SCHEMA_VERSION, Ledger
from hpo.ledger.storage import PatientStorage

NAME = "replay"


class _MemoryStorage(InMemoryStorage):
    """Optuna's own, with what the ledger asks of its storage beyond that."""

    outages = 0
    url = "memory"

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        """As a database does: JSON, and nothing is shared with whoever wrote it."""
        super().set_trial_user_attr(trial_id, key, json.loads(json.dumps(value)))


def memory_ledger() -> Ledger:
    """The ledger of a new sweep; less of the metric is better."""
    storage = _MemoryStorage()
    study = optuna.create_study(study_name=NAME, storage=storage, direction="minimize")
    study.set_user_attr("schema_version", SCHEMA_VERSION)
    return Ledger(cast(PatientStorage, storage), NAME)
