"""The seam between a sweep and its schedulers. Decisions only: nothing here starts or stops anything."""

from __future__ import annotations

import enum
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from hpo.schedulers.length import Length
from models.errors import Problem
from models.spec.fields import REQUIRED, opt
from models.spec.train import TrainParams


class Decision(enum.Enum):
    """What becomes of a trial after an evaluation."""

    CONTINUE = "continue"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True)
class Result:
    """One evaluation of one trial.

    Attributes:
        number: The trial's number.
        epochs: Passes over the training rows so far.
        steps: Optimizer steps so far.
        value: The sweep's metric; NaN counts as worse than any other.
        last: Whether the training ends with this evaluation anyhow, so that there is nothing left to stop.
    """

    number: int
    epochs: float
    steps: int
    value: float
    last: bool = False


@dataclass(frozen=True)
class SchedulerSpec:
    """What every scheduler's settings have in common."""

    name: str = opt(REQUIRED, "Scheduler; set by the option of the `scheduler` group.")

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever stopping a trial; empty when nothing does.

        Args:
            train: The longest training of the sweep (`longest_training`).
        """
        return []


class Scheduler(ABC):
    """Decides after each evaluation whether the trial goes on.

    Its state follows from the results in their order alone, so replaying a ledger's results rebuilds it. A result that
    is told twice, as after a restart from a checkpoint, changes nothing the second time.

    Attributes:
        maximize: Whether more of the metric is better.
        longest: The longest that a trial trains; nothing is stopped there.
    """

    def __init__(self, maximize: bool, longest: Length) -> None:
        self.maximize = maximize
        self.longest = longest
        self._reasons: dict[int, str] = {}

    @abstractmethod
    def on_result(self, result: Result) -> Decision:
        """Take one evaluation into account, and decide about its trial."""

    def on_end(self, number: int, state: str) -> None:  # noqa: B027 (most schedulers need not know)
        """Learn that a trial ended, by itself or not.

        Args:
            number: The trial's number.
            state: `complete`, `pruned` or `failed`.
        """

    def reason(self, number: int) -> str:
        """Why the trial was stopped, with the numbers; empty when it was not."""
        return self._reasons.get(number, "")

    def at_end(self, result: Result) -> bool:
        """Whether the training is over, so that there is nothing left to stop."""
        epochs, steps = self.longest.epochs, self.longest.steps
        over = (epochs is not None and result.epochs >= epochs) or (steps is not None and result.steps >= steps)
        return result.last or over

    def score(self, value: float) -> float:
        """The metric turned so that more is better; NaN becomes minus infinity."""
        if math.isnan(value):
            return -math.inf
        return value if self.maximize else -value

    def value(self, score: float) -> float:
        """The metric of a score."""
        return score if self.maximize else -score

    @property
    def worse(self) -> str:
        """`below` or `above`: where the worse values are."""
        return "below" if self.maximize else "above"

    def stop(self, number: int, reason: str) -> Decision:
        """The decision to stop, with its reason kept for `reason`."""
        self._reasons[number] = reason
        return Decision.STOP

    def stop_not_finite(self, result: Result) -> Decision:
        """The decision to stop a trial whose metric is not a number."""
        return self.stop(result.number, f"the metric is {result.value} after {result.epochs:g} epochs")


def fidelity(result: Result, unit: str) -> float:
    """How far the trial is, in `epochs` or `steps`."""
    return result.epochs if unit == "epochs" else float(result.steps)
