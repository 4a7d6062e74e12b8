"""What trials put into the store, by name: of which trial, which stay in a slot, which step.

Each stay writes under a name of its own, so that an earlier one that is still on its way out cannot cut into it:
`trials/0007/attempt-002/step-00000120` is a checkpoint, `…/best-00000090` the best weights up to then.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from hpo.storage.store import Store
from models.manifest import MANIFEST

TRIALS = "trials"
POPULATION = "population"  # Folder of the checkpoints that other trials may take over.
NAME = re.compile(rf"{TRIALS}/(?P<number>\d+)/attempt-(?P<attempt>\d+)/(?P<kind>step|best)-(?P<step>\d+)/(?P<file>.+)")


class Kind(enum.StrEnum):
    """What is in a folder."""

    CHECKPOINT = "step"
    BEST = "best"


@dataclass(frozen=True, order=True)
class Deposit:
    """One folder that a trial put into the store. The later one is the greater.

    Attributes:
        step: Optimizer steps made.
        attempt: In which of the trial's stays in a slot.
        number: Of the trial.
        whole: Whether all of it is there.
    """

    step: int
    attempt: int
    number: int
    kind: Kind
    whole: bool = field(default=True, compare=False)

    @property
    def name(self) -> str:
        """Its folder in the store."""
        return f"{folder_of(self.number)}/attempt-{self.attempt:03d}/{self.kind}-{self.step:08d}"


def folder_of(number: int) -> str:
    """A trial's folder in the store."""
    return f"{TRIALS}/{number:04d}"


def deposits(store: Store, number: int | None = None) -> list[Deposit]:
    """What is in the store, the latest last; of all trials, or of one."""
    found: dict[Deposit, bool] = {}
    for path in store.files(TRIALS if number is None else folder_of(number)):
        match = NAME.fullmatch(path)
        if match is None:
            continue
        step, attempt, whose = (int(match[name]) for name in ("step", "attempt", "number"))
        deposit = Deposit(step, attempt, whose, Kind(match["kind"]))
        found[deposit] = found.get(deposit, False) or match["file"] == MANIFEST
    return sorted(Deposit(one.step, one.attempt, one.number, one.kind, whole=whole) for one, whole in found.items())
