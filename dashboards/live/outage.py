"""That the ledger does not answer, told once to all who waited."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hpo.errors import LedgerError


class Outage:
    """What was found out under a lock: those who waited for it need not find out the same one after another.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at, self._why = -math.inf, ""

    @contextmanager
    def told(self, asked_at: float) -> Iterator[None]:
        """Read the ledger inside; not at all where it was away since.

        Args:
            asked_at: When the caller began to wait for the lock, by the clock.

        Raises:
            LedgerError: The ledger is away, or was just now.
        """
        if self._at > asked_at:
            raise LedgerError(self._why)
        try:
            yield
        except LedgerError as error:
            self._at, self._why = self._clock(), str(error)
            raise
