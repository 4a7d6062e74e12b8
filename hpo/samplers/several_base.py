"""What the samplers for several aims have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from optuna.trial import FrozenTrial

from hpo.aims import Aims
from hpo.samplers.base import Sampler
from hpo.samplers.explain import Explanation, standing, start_up
from hpo.samplers.optuna_sampler import OptunaSampler
from models.errors import Problem


class SeveralSampler(OptunaSampler):
    """A sampler beside the one for one metric, whose settings and checks it has.

    Attributes:
        plain: The sampler for one metric.
        aims: Of the sweep.
        startup_trials: Random trials before a model is used.
    """

    def __init__(self, plain: Sampler, aims: Aims, startup_trials: int) -> None:
        super().__init__(plain.space, plain.seed)
        self.plain = plain
        self.aims = aims
        self.startup_trials = startup_trials

    def check(self, trials_budget: int | None) -> list[Problem]:
        """As of the plain sampler."""
        return self.plain.check(trials_budget)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Random at first, whatever is believed; then by what each trial that ended had reached in every aim."""
        random = start_up(before, self.startup_trials)
        if random is not None:
            return random
        numbers = standing(before, maximize)[1]
        text, more = self.how(int(numbers["ended"]))
        told = f"{numbers['ended']} ended trials, each by what it had reached"
        return f"{text}, from {told}; {numbers['running']} running or paused", {**numbers, **more}

    @abstractmethod
    def how(self, ended: int) -> Explanation:
        """How the model proposes.

        Args:
            ended: How many trials it learns from.
        """

    @property
    def wanted(self) -> str:
        """The aims by name."""
        return " and ".join(aim.name for aim in self.aims.aims)

    @property
    def limits(self) -> str:
        """The limits, in words; empty without any."""
        return " and ".join(map(str, self.aims.constraints))
