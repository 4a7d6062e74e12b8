"""Carries out what a person asks while the confirmation runs."""

from __future__ import annotations

from hpo.ledger import Kind, Request
from hpo.search import Search
from hpo.steward import Steward


class ConfirmationSteward(Steward):
    """Stops the confirmation. What is asked of the search itself is carried out there; it goes on afterwards.

    Args:
        search: Of the confirmation.
        outer: The sweep's own steward, who is told why the confirmation is left.
    """

    def __init__(self, search: Search, outer: Steward) -> None:
        super().__init__(search, outer._inbox, outer._since, outer._asked_here)
        self._outer = outer

    def stop(self, why: str, *, in_trouble: bool = False) -> None:
        """Leave the confirmation, and the sweep with it."""
        super().stop(why, in_trouble=in_trouble)
        self._outer.stop(why, in_trouble=in_trouble)

    def _carry_out(self, request: Request) -> str | None:
        return super()._carry_out(request) if request.kind is Kind.STOP else self._outer._carry_out(request)
