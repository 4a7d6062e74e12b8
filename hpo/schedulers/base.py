"""The seam between a sweep and its schedulers. Decisions only: nothing here starts or stops anything."""

from __future__ import annotations

import enum
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hpo.exploit import Exploit
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
        losses: Of several aims, the first included, each turned so that less is better; empty: there is one aim.
    """

    number: int
    epochs: float
    steps: int
    value: float
    last: bool = False
    losses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Situation:
    """What there is to choose from when a slot is free.

    Attributes:
        paused: Numbers of the trials that the scheduler paused, the longest paused first.
        running: Numbers of the trials in slots.
        may_propose: Whether a new configuration may begin: the budget and the sampler have one left.
    """

    paused: tuple[int, ...]
    running: tuple[int, ...]
    may_propose: bool


@dataclass(frozen=True)
class Choice:
    """What a free slot is for.

    Attributes:
        number: The paused trial that goes on; None: a new configuration.
        reason: Why, with the numbers, for people.
        numbers: The numbers alone; JSON values.
        exploit: What it takes over from another trial; None: it goes on, or begins, with what is its own.
    """

    number: int | None
    reason: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    exploit: Exploit | None = None

    @property
    def record(self) -> dict[str, Any]:
        """All its numbers, as the ledger has them."""
        return {**self.numbers, **({} if self.exploit is None else self.exploit.to_numbers())}


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

    def retell(self, result: Result) -> Decision:
        """Take an evaluation of an earlier driver into account, as `on_result` did.

        A scheduler whose decisions are costly may answer CONTINUE: a pause is known from the ledger.
        """
        return self.on_result(result)

    def on_start(self, number: int, params: Mapping[str, Any]) -> None:  # noqa: B027 (most schedulers need not know)
        """Learn that a new trial begins.

        Args:
            number: The trial's number.
            params: Sampled values by dotted name.
        """

    def on_advance(self, number: int, exploit: Exploit | None) -> None:  # noqa: B027
        """Learn that a paused trial goes on, or that a new one begins with another one's weights.

        Args:
            number: The trial's number.
            exploit: What it takes over; None: nothing.
        """

    def on_pause(self, number: int) -> None:  # noqa: B027
        """Learn that `on_result` paused a trial in the time of an earlier driver.

        Args:
            number: The trial's number.
        """

    def on_kept(self, number: int, steps: int) -> None:  # noqa: B027
        """Learn that a trial left its slot with a checkpoint.

        Args:
            number: The trial's number.
            steps: Optimizer steps that the checkpoint has behind it.
        """

    def choose(self, situation: Situation) -> Choice | None:
        """What a free slot is for; None: nothing, until another trial was evaluated or ends.

        It changes nothing, so it may be asked as often as anyone likes.
        """
        return Choice(None) if situation.may_propose else None

    def why_no_more(self) -> str:
        """Why no paused trial is advanced any more; empty: each for the reason that it was paused for."""
        return ""

    def numbers(self, number: int) -> Mapping[str, Any]:
        """The numbers of the last decision about the trial that was not CONTINUE; JSON values."""
        return {}

    def on_end(self, number: int, state: str, cannot_work: bool = False) -> None:  # noqa: B027
        """Learn that a trial ended, by itself or not.

        Args:
            number: The trial's number.
            state: `complete`, `pruned` or `failed`.
            cannot_work: Whether its configuration is to blame: it diverged, ran out of memory, or broke a limit.
        """

    def reason(self, number: int) -> str:
        """Why the trial was paused or stopped at last, with the numbers; empty when it was not."""
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
