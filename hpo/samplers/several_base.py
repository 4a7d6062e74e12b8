"""What the samplers for several aims have in common."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.trial import FrozenTrial

from hpo.aims import Aims
from hpo.samplers.base import Sampler
from hpo.samplers.explain import Explanation
from hpo.samplers.optuna_sampler import OptunaSampler
from models.errors import Problem


class SeveralSampler(OptunaSampler):
    """A sampler beside the one for one metric, whose settings and checks it has.

    Attributes:
        plain: The sampler for one metric.
        aims: Of the sweep.
    """

    def __init__(self, plain: Sampler, aims: Aims) -> None:
        super().__init__(plain.space, plain.seed)
        self.plain = plain
        self.aims = aims

    def check(self, trials_budget: int | None) -> list[Problem]:
        """As of the plain sampler."""
        return self.plain.check(trials_budget)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """As of the plain sampler, whose counts are the same."""
        return self.plain.why(new, before, maximize)
