"""What runs jobs: processes of this machine, or a cluster."""

from __future__ import annotations

import enum
from typing import Protocol

from dashboards.service.runs.jobs import Job


class Standing(enum.Enum):
    """How a job stands that was taken."""

    GOING = "going"
    DONE = "done"  # Its command has ended well.
    FAILED = "failed"  # Its command has ended otherwise.
    GONE = "gone"  # Nobody runs it any more, and nobody said how it ended.


class Runner(Protocol):
    """The one who begins jobs. Each method may be called again at any time."""

    def begin(self, job: Job) -> None:
        """See to it that a waiting job is begun, where there is room."""

    def standing(self, job: Job) -> Standing:
        """How a job stands that was taken."""

    def said(self, job: Job) -> str:
        """The end of what its command printed."""
