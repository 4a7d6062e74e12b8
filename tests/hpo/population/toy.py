"""A training whose best learning rate falls in its course, so that no constant one is good; weights are one number."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any

from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, Ledger, Outcome
from hpo.lineage import lineage
from hpo.proposal import Proposal
from hpo.samplers import RandomSpec, make_sampler
from hpo.schedulers import Decision, SchedulerSpec, make_scheduler
from hpo.search import Search
from hpo.space import Space, TrialSchema
from models.spec import DocstringsData, FullTuning, TinyModel, TrainParams

EPOCHS, STEPS = 10, 10  # Steps an epoch.
PARAMS = TrainParams(epochs=EPOCHS)
SCHEMA = TrialSchema({"data": DocstringsData(), "model": TinyModel(), "tuning": FullTuning(), "train": PARAMS})
TREE = {
    "train": {
        "learning_rate": {"low": 1e-5, "high": 1e-1, "log": True},
        "weight_decay": {"low": 0.0, "high": 0.1},
    }
}
SPACE = Space.parse(TREE, SCHEMA)
RATE = "train.learning_rate"


def learnt(rate: float, epoch: int) -> float:
    """What one epoch adds to the weights; the best rate falls from 1e-2 to 1e-4."""
    best = -2 - 2 * (epoch - 1) / (EPOCHS - 1)
    return math.exp(-((math.log10(rate) - best) ** 2) / 0.3)


@dataclass
class Disk:
    """What is left when a driver is gone.

    Attributes:
        weights: Newest checkpoint of each trial: origin, epoch, weights.
        aside: Those kept for others, by (trial, steps).
    """

    weights: dict[int, tuple[str, int, float]] = field(default_factory=dict)
    aside: dict[tuple[int, int], float] = field(default_factory=dict)


@dataclass
class Stay:
    """One stay of a trial in a slot."""

    proposal: Proposal
    disk: Disk
    epoch: int = 0
    weights: float = 0.0
    origin: str = ""

    def __post_init__(self) -> None:
        course = self.proposal.lineage
        self.origin = f"{course[-2].trial}/{course[-1].steps}" if course else ""
        origin, epoch, weights = self.disk.weights.get(self.proposal.number, ("", 0, 0.0))
        if origin == self.origin:
            self.epoch, self.weights = epoch, weights
        else:
            self.epoch = course[-1].steps // STEPS
            self.weights = self.disk.aside[course[-2].trial, course[-1].steps]
            self.save()

    def train(self, ends_with_nan: bool = False) -> dict[str, Any]:
        """One epoch more, and its evaluation."""
        self.epoch += 1
        self.weights += learnt(self.proposal.params[RATE], self.epoch)
        value = math.nan if ends_with_nan else self.weights
        return {
            "step": STEPS * self.epoch,
            "epoch": float(self.epoch),
            "metrics": {"accuracy": value},
            "last": self.epoch == EPOCHS,
        }

    def save(self) -> None:
        """Write a checkpoint."""
        self.disk.weights[self.proposal.number] = self.origin, self.epoch, self.weights

    def leave(self) -> int:
        """Leave the slot. Returns the step of the checkpoint."""
        self.save()
        self.disk.aside[self.proposal.number, STEPS * self.epoch] = self.weights
        return STEPS * self.epoch


def search_of(ledger: Ledger, spec: SchedulerSpec, trials: int, seed: int = 0) -> Search:
    """A search over what the ledger holds."""
    return Search(
        ledger,
        make_sampler(RandomSpec(), SPACE, seed),
        make_scheduler(spec, True, PARAMS, SPACE),
        metric="accuracy",
        budget=Budget(trials),
        patience=Patience(0),
    )


def run(search: Search, disk: Disk, slots: int, rng: random.Random, lose: tuple[tuple[int, int], ...] = ()) -> None:
    """Train in so many slots, in an order that chance decides.

    Args:
        lose: (trial, epoch) at which a training diverges.
    """
    stays: dict[int, Stay] = {}
    while True:
        while len(stays) < slots and (proposal := search.next()) is not None:
            stays[proposal.number] = Stay(proposal, disk)
        if not stays:
            search.conclude()
            return
        number = rng.choice(sorted(stays))
        stay = stays[number]
        evaluation = stay.train((number, stay.epoch + 1) in lose)
        decision = search.evaluated(number, evaluation)
        if decision is Decision.PAUSE:
            search.left(number, BY_SCHEDULER, stay.leave())
        elif decision is Decision.CONTINUE and evaluation["last"]:
            search.ended(number, Outcome())
        elif decision is Decision.CONTINUE:
            continue
        del stays[number]


def replayed(search: Search, number: int) -> float:
    """What one training from the first step reaches that goes through the trial's lineage."""
    course, weights = lineage(search.records, number), 0.0
    for epoch in range(1, EPOCHS + 1):
        params = [one.params for one in course if one.steps < STEPS * epoch][-1]
        weights += learnt(params[RATE], epoch)
    return weights
