"""What a trial is given, and what it reports: the messages between the driver and the trial's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.spec import TrainSpec

MESSAGE = "message"  # the one key of what is reported to Ray Tune: an Evaluated or a Finished


@dataclass(frozen=True, repr=False)
class TrialJob:
    """One training to run.

    Attributes:
        number: The trial's number.
        out_dir: Where its weights go.
    """

    number: int
    spec: TrainSpec
    out_dir: str

    def __repr__(self) -> str:
        """Short: Ray Tune builds names out of it."""
        return f"trial-{self.number:04d}"


@dataclass(frozen=True)
class Evaluated:
    """A trial was evaluated. A class of its own, because Ray Tune flattens nested dicts.

    Attributes:
        evaluation: `models.training.Evaluation` as a dict, with `wait_s`: seconds waited for the driver since the last.
    """

    evaluation: dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """A training ended by itself; the fields are those of `hpo.ledger.Outcome`."""

    cause: str | None
    reason: str
    facts: dict[str, Any]
