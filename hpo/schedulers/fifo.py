"""No scheduler: every trial trains to its end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hpo.schedulers.base import Decision, Result, Scheduler, SchedulerSpec
from models.spec.fields import opt


@dataclass(frozen=True)
class FifoSpec(SchedulerSpec):
    """First in, first out: stops nothing but a trial whose metric is not a number."""

    name: str = opt("fifo", "Scheduler.", choices=("fifo",))


class Fifo(Scheduler):
    """Lets every trial train to its end."""

    def on_result(self, result: Result) -> Decision:
        """Go on, unless the metric is NaN."""
        return self.stop_not_finite(result) if math.isnan(result.value) else Decision.CONTINUE
