"""The settings of population based training, and what keeps it from working."""

from __future__ import annotations

from dataclasses import dataclass

from hpo.schedulers.base import SchedulerSpec
from hpo.schedulers.length import timing_problems
from models.errors import Problem
from models.spec import TrainParams, opt


@dataclass(frozen=True)
class PbtSpec(SchedulerSpec):
    """Population based training: the worst members take over the weights of the best, and vary their values."""

    name: str = "pbt"
    population: int = opt(8, "Trials that make up the population.", low=2)
    every_epochs: int = opt(1, "Epochs after which a member may take over another one's weights.", low=1)
    every_steps: int | None = opt(None, "The same in optimizer steps; when given, it replaces the epochs.", low=1)
    quantile: float = opt(0.25, "Share of the population that counts as the worst, and as the best.", above=0, high=0.5)
    explore: str = opt(
        "perturb",
        "How values vary; perturb: times 0.8 or 1.2, or drawn anew; pb2: proposed by a Gaussian process over time.",
        choices=("perturb", "pb2"),
    )
    resample: float = opt(0.25, "How likely perturb draws a value anew.", low=0, high=1)
    seed: int = opt(0, "Seed of its draws.", low=0)

    @property
    def unit(self) -> str:
        """`epochs` or `steps`: in which `every` counts."""
        return "epochs" if self.every_steps is None else "steps"

    @property
    def every(self) -> int:
        """How far it is from one moment to the next, in `unit`."""
        return self.every_epochs if self.every_steps is None else self.every_steps

    def check(self, train: TrainParams) -> list[Problem]:
        """What keeps it from ever acting."""
        problems = timing_problems(self.every, self.unit, f"every_{self.unit}", train)
        return problems or self._between_evaluations(train)

    def _between_evaluations(self, train: TrainParams) -> list[Problem]:
        pause, key = train.eval_every_epochs, "eval_every_epochs"
        if train.eval_every_steps is not None:
            pause, key = train.eval_every_steps, "eval_every_steps"
        where = f"scheduler.every_{self.unit}"
        if key != f"eval_every_{self.unit}":
            rule = f"must be in the unit of the evaluations, which come every {pause} {key.rpartition('_')[2]}"
            return [Problem(where, rule, f"give scheduler.every_{key.rpartition('_')[2]}")]
        if self.every % pause:
            return [Problem(where, f"must be a multiple of train.{key}={pause}, got {self.every}")]
        return []
