"""What is known of one trial, in the words of the project."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optuna.trial import TrialState

from hpo.aims import Standing
from hpo.exploit import Exploit
from hpo.ledger.decided import Decided, Verdict

BY_SCHEDULER = "scheduler"  # `Attempt.end` of a trial that the scheduler paused.
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
    INFEASIBLE = "infeasible"
    STOPPED_BY_USER = "stopped_by_user"

    @property
    def state(self) -> State:
        """The state that a trial with this cause ends in.

        Early stopping is the trial's own, full result. Diverged, out of memory and infeasible are knowledge about the
        configuration (the sampler treats a pruned trial without values as the worst there is); the failed ones say
        nothing about it.
        """
        return _ENDS_IN[self]


_ENDS_IN = {
    Cause.SCHEDULER: State.PRUNED,
    Cause.EARLY_STOP: State.COMPLETE,
    Cause.DIVERGED: State.PRUNED,
    Cause.OUT_OF_MEMORY: State.PRUNED,
    Cause.INFEASIBLE: State.PRUNED,
    Cause.ERROR: State.FAILED,
    Cause.LOST: State.FAILED,
    Cause.STOPPED_BY_USER: State.FAILED,
}


UNWORKABLE = (Cause.DIVERGED, Cause.OUT_OF_MEMORY, Cause.INFEASIBLE)  # The configuration itself is at fault.


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        cause: None when it ran to its full length.
        reason: The cause in words, with the numbers of that moment, or the traceback of an error.
        facts: What the training said of itself: device, precision, parameter counts, peak memory, seconds by kind.
        numbers: Those of the decision to stop it; JSON values.
    """

    cause: Cause | None = None
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)

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
        end: Why the stay ended without a result: `scheduler` (a pause), `left`, `lost`, `hung`, ...; empty while it
            lasts, or when the trial ended in it.
        until: When it ended so, Unix seconds; None: it did not, or nobody saw it.
        kept_step: Of the checkpoint that it said it left behind; None: it said nothing.
    """

    at: float
    pieces: int = 1
    node: str = ""
    pid: int = 0
    end: str = ""
    until: float | None = None
    kept_step: int | None = None


@dataclass
class TrialRecord:
    """One trial as the ledger has it.

    Attributes:
        number: Its identity everywhere: ledger, Ray, MLflow, tables.
        params: Values by dotted name, as the trial's config has them; with a population, those of its newest stretch.
        curve: The sweep's metric by optimizer step, where it was finite; of the weights that it has now.
        value: Best of the curve; None when there is none.
        value_epoch: Epoch of that evaluation.
        evaluations: Every evaluation, in order, as it was reported, with `at` (Unix seconds) and `seq`.
        started_at, ended_at: Unix times in seconds.
        start_seq, end_seq: Places in the order of everything that happened in the sweep, as `seq` of an evaluation.
        attempts: Its stays in slots, one after another.
        parent: Number of the trial that it was cloned from; None: proposed, or given by hand.
        warm_from: Folder of the weights that it began with; None: those of its model.
        standing: How it stands against the sweep's aims, where those are more than one metric.
        decisions: What was decided about it, in order, since when the ledger keeps that.
        sampled: The values that it was proposed with, where it was in the ledger before it took others over.
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
    standing: Standing = field(default_factory=Standing)
    decisions: list[Decided] = field(default_factory=list)
    sampled: dict[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether the scheduler paused it, so that only the scheduler lets it go on; it may not have left yet."""
        turns = [decided for decided in self.decisions if decided.verdict in (Verdict.PAUSED, Verdict.ADVANCED)]
        return bool(turns) and turns[-1].verdict is Verdict.PAUSED

    @property
    def exploits(self) -> list[Exploit]:
        """What it took over from others, in order."""
        return [found for decided in self.decisions if (found := Exploit.of(decided.numbers)) is not None]

    def take_over(self) -> None:
        """Be what the newest decision makes of it: with other values and weights, of which nothing is known yet."""
        last = self.exploits[-1]
        self.params = dict(last.params)
        self.curve = {step: value for step, value in self.curve.items() if step > last.steps}

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
