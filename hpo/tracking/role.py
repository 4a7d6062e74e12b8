"""What a child run of the sweep's own run stands for, and how it is told by name and tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpo.confirm.retraining import Retraining
from hpo.ledger import State, TrialRecord


class Role:
    """A trial of the search.

    Attributes:
        tag: Tag that holds the record's number, by which its run is found again.
        value_among: Whether the record's value is shown among those of the others in the sweep's own run.
    """

    tag = "trial"
    value_among = True

    def name(self, record: TrialRecord) -> str:
        """The run's name: of one length, so that names and numbers sort alike."""
        return f"trial {record.number:04d}"

    def tags(self, record: TrialRecord, sweep: str) -> Mapping[str, Any]:
        """What it is tagged with from the start."""
        tags = {self.tag: record.number, "sweep": sweep, "state": State.RUNNING.value}
        return tags if record.parent is None else {**tags, "parent": record.parent}


class ConfirmationRole(Role):
    """A training of the confirmation. It has no tag `trial`, so that nobody counts it among the search's."""

    tag = "confirmation"
    value_among = False

    def name(self, record: TrialRecord) -> str:
        """The configuration by its trial's number, and the seed."""
        found = Retraining.of(record)
        return f"again {found.configuration:04d} seed {found.seed}"

    def tags(self, record: TrialRecord, sweep: str) -> Mapping[str, Any]:
        """The role; configuration and seed."""
        found = Retraining.of(record)
        own = {"role": "confirmation", "configuration": found.configuration, "seed": found.seed}
        return {**super().tags(record, sweep), **own}


TRIAL = Role()
CONFIRMATION = ConfirmationRole()
