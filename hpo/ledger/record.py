"""What is known of one trial, in the words of the project."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optuna.trial import TrialState

PAUSED = "paused"  # User attribute of a trial that has left its slot and will go on; RUNNING to Optuna.


class State(enum.StrEnum):
    """Where a trial stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"

    @property
    def optuna(self) -> TrialState:
        """The same state as the ledger's study holds it."""
        return _OPTUNA[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of the trial."""
        return self in (State.COMPLETE, State.PRUNED, State.FAILED)

    @property
    def mlflow(self) -> str:
        """The status of the trial's MLflow run."""
        return _MLFLOW[self]

    @classmethod
    def of(cls, state: TrialState, attributes: Mapping[str, Any]) -> State:
        """The project's word for a state of Optuna's, which does not know of pauses."""
        if state == TrialState.RUNNING and attributes.get(PAUSED):
            return cls.PAUSED
        return next(mine for mine, theirs in _OPTUNA.items() if theirs == state)


_OPTUNA = {
    State.WAITING: TrialState.WAITING,
    State.RUNNING: TrialState.RUNNING,
    State.PAUSED: TrialState.RUNNING,
    State.COMPLETE: TrialState.COMPLETE,
    State.PRUNED: TrialState.PRUNED,
    State.FAILED: TrialState.FAIL,
}
_MLFLOW = {
    State.WAITING: "SCHEDULED",
    State.RUNNING: "RUNNING",
    State.PAUSED: "SCHEDULED",
    State.COMPLETE: "FINISHED",
    State.PRUNED: "KILLED",
    State.FAILED: "FAILED",
}


class Cause(enum.StrEnum):
    """Why a trial ended before its full length."""

    SCHEDULER = "scheduler"
    EARLY_STOP = "early_stop"
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out_of_memory"
    ERROR = "error"
    LOST = "lost"
    STOPPED_BY_USER = "stopped_by_user"

    @property
    def state(self) -> State:
        """The state that a trial with this cause ends in.

        Early stopping is the trial's own, full result. Diverged and out of memory are knowledge about the configuration
        (the sampler treats a pruned trial without values as the worst there is); the last three say nothing about it.
        """
        return _ENDS_IN[self]


_ENDS_IN = {
    Cause.SCHEDULER: State.PRUNED,
    Cause.EARLY_STOP: State.COMPLETE,
    Cause.DIVERGED: State.PRUNED,
    Cause.OUT_OF_MEMORY: State.PRUNED,
    Cause.ERROR: State.FAILED,
    Cause.LOST: State.FAILED,
    Cause.STOPPED_BY_USER: State.FAILED,
}


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        cause: None when it ran to its full length.
        reason: The cause in words, with the numbers of that moment, or the traceback of an error.
        facts: What the training said of itself: device, precision, parameter counts, peak memory, seconds by kind.
    """

    cause: Cause | None = None
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The state that the trial ends in."""
        return State.COMPLETE if self.cause is None else self.cause.state


@dataclass
class Attempt:
    """One stay of a trial in a slot.

    Attributes:
        at: When it was sent there, Unix seconds.
        pieces: Into how many pieces each batch was divided from the start, to fit into memory.
        node, pid: The machine and the process; empty and 0 until the process said so.
        end: Why the stay ended without a result: `left`, `lost`, `hung`, ...; empty while it lasts, or when the trial
            ended in it.
    """

    at: float
    pieces: int = 1
    node: str = ""
    pid: int = 0
    end: str = ""


@dataclass
class TrialRecord:
    """One trial as the ledger has it.

    Attributes:
        number: Its identity everywhere: ledger, Ray, MLflow, tables.
        params: Sampled values by dotted name, as the trial's config has them.
        curve: The sweep's metric by optimizer step, where it was finite.
        value: Best of the curve; None when there is none.
        value_epoch: Epoch of that evaluation.
        evaluations: Every evaluation, in order, as it was reported, with `at` (Unix seconds) and `seq`.
        started_at, ended_at: Unix times in seconds.
        start_seq, end_seq: Places in the order of everything that happened in the sweep, as `seq` of an evaluation.
        attempts: Its stays in slots, one after another.
        parent: Number of the trial that it was cloned from; None: proposed, or given by hand.
        warm_from: Folder of the weights that it began with; None: those of its model.
    """

    number: int
    state: State
    params: dict[str, Any]
    started_at: float | None = None
    ended_at: float | None = None
    curve: dict[int, float] = field(default_factory=dict)
    value: float | None = None
    value_epoch: float | None = None
    cause: Cause | None = None
    reason: str = ""
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    mlflow_run_id: str | None = None
    start_seq: int = 0
    end_seq: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    parent: int | None = None
    warm_from: str | None = None

    @property
    def epochs(self) -> float:
        """How long it trained, in epochs."""
        return float(self.evaluations[-1]["epoch"]) if self.evaluations else 0.0

    @property
    def steps(self) -> int:
        """How long it trained, in optimizer steps."""
        return int(self.evaluations[-1]["step"]) if self.evaluations else 0

    def seconds(self, kind: str) -> float:
        """Seconds spent in `train_s`, `eval_s` and so on, whether the trial has ended or not."""
        if kind in self.facts:
            return float(self.facts[kind])
        return float(sum(evaluation.get(kind, 0.0) for evaluation in self.evaluations))
