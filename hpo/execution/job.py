"""What a trial is given, and what it reports: the messages between the driver and the trial's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hpo.aims import Constraint
from models.spec import TrainSpec
from models.training import Taking

SYSTEM = "system"  # the key of what the process takes of its machine, in an evaluation
MESSAGE = "message"  # the one key of what is reported to Ray Tune: one of the messages below


@dataclass(frozen=True, repr=False)
class TrialJob:
    """One training to run, or to go on with.

    Attributes:
        sweep_id: Of the sweep.
        number: The trial's number.
        attempt: How many times it was in a slot before; from the second on, its checkpoint is gone on from.
        spec: What to train.
        out_dir: Where its weights and checkpoints go; with `storage`, where its process makes a folder of its own.
        checkpoint_every_s: Seconds between checkpoints, at least.
        timeout_s: Seconds without a sign of life after which it will be killed; None: never.
        pieces: Into how many pieces each batch is divided from the start.
        warm_from: Folder of the weights that it begins with; None: those of its model.
        storage: The sweep's folder in the store where checkpoints and weights are kept; None: `out_dir` is seen by all.
        limits: What the number of weights must keep; where it does not, nothing is trained.
        measure_latency: Whether to time a prediction.
        taking: Another trial's checkpoint, from which it goes on; None: from its own.
        aside: Folder, with `storage` its URL, where its checkpoint is kept for others when it leaves its slot; None:
            nobody takes one over.
    """

    sweep_id: str
    number: int
    attempt: int
    spec: TrainSpec
    out_dir: str
    checkpoint_every_s: float
    timeout_s: float | None
    pieces: int = 1
    warm_from: str | None = None
    storage: str | None = None
    limits: tuple[Constraint, ...] = ()
    measure_latency: bool = False
    taking: Taking | None = None
    aside: str | None = None

    def __repr__(self) -> str:
        """Short: Ray Tune builds names out of it."""
        return f"trial-{self.number:04d}-{self.attempt}"


@dataclass(frozen=True)
class Placed:
    """A trial's process has begun with it.

    Attributes:
        node: The machine's name and the first letters of Ray's id of the node.
        node_id: Ray's id of the node, whole.
        pid: The process.
    """

    node: str
    node_id: str
    pid: int


@dataclass(frozen=True)
class Evaluated:
    """A trial was evaluated. A class of its own, because Ray Tune flattens nested dicts.

    Attributes:
        evaluation: `models.training.Evaluation` as a dict, with `wait_s`: seconds waited for the driver since the last,
            and `system`: what the process takes of its machine, by name.
    """

    evaluation: dict[str, Any]


@dataclass(frozen=True)
class Left:
    """A training left its slot with a checkpoint of this step.

    Attributes:
        preempted: Whether the process was told to end, not the trial to leave; it is gone after this message.
    """

    step: int
    preempted: bool


@dataclass(frozen=True)
class Finished:
    """A training ended by itself; the fields are those of `hpo.ledger.Outcome`, the facts what it adds to the known."""

    cause: str | None
    reason: str
    facts: dict[str, Any]


Message = Placed | Evaluated | Left | Finished
