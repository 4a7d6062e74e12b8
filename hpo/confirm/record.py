"""Reads what was trained again under fresh seeds."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.ledger import PATIENCE_S, Ledger, Reading, TrialRecord

PART = "confirm"  # Of the record's name in the ledger, and of the folder in the sweep's.
SINCE = "since"


def part_of(ledger: Ledger) -> Ledger | None:
    """A sweep's confirmation in the ledger; None: it has none yet."""
    return ledger.part(PART)


def since(part: Ledger) -> int:
    """Number of the first retraining that counts."""
    return int(part.about[SINCE])


def records_of(part: Ledger) -> Sequence[TrialRecord]:
    """The retrainings that count."""
    first = since(part)
    return [record for record in part.trials() if record.number >= first]


class Confirmed:
    """Reads a sweep's retrainings again and again.

    Args:
        url: The ledger's database.
        sweep: The sweep's name.
        patience_s: How long to wait for a database that is away.
    """

    def __init__(self, url: str, sweep: str, patience_s: float = PATIENCE_S) -> None:
        self._reading = Reading(url, f"{sweep}/{PART}", patience_s)

    def records(self) -> tuple[Sequence[TrialRecord], Sequence[TrialRecord]]:
        """Those that count, and those that no longer do; none before they begin."""
        found = self._reading.find()
        if found is None:
            return (), ()
        first = int(found.about[SINCE])
        counting = [record for record in found.records if record.number >= first]
        return counting, [record for record in found.records if record.number < first]
