"""What a search tells while it goes on."""

from __future__ import annotations

from typing import Protocol

from hpo.ledger import TrialRecord


class Observer(Protocol):
    """Whoever wants to know: the tracker, the terminal. Told after the ledger."""

    def started(self, record: TrialRecord) -> None:
        """A trial was proposed and goes to a slot."""

    def evaluated(self, record: TrialRecord) -> None:
        """A trial was evaluated; the last of its evaluations is new."""

    def paused(self, record: TrialRecord) -> None:
        """A trial left its slot and will go on."""

    def resumed(self, record: TrialRecord) -> None:
        """A trial goes on in a slot."""

    def ended(self, record: TrialRecord) -> None:
        """A trial ended."""
