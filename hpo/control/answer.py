"""What comes of something that was asked of a sweep."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """What became of a request."""

    DONE = "done"  # The driver carried it out.
    REFUSED = "refused"  # The driver will not.
    PENDING = "pending"  # The driver has not answered yet; it takes requests in their order.
    KEPT = "kept"  # Nobody drives the sweep; its next driver takes it.
    NOTHING = "nothing"  # There was nothing to do.


@dataclass(frozen=True)
class Answer:
    """The answer to a request.

    Attributes:
        text: In words, for a person.
        request: Id of the request in the sweep's inbox, to ask for its answer later; None: none was written.
    """

    outcome: Outcome
    text: str
    request: int | None = None

    @property
    def refused(self) -> bool:
        """Whether it was asked in vain."""
        return self.outcome is Outcome.REFUSED
