"""A scrambled Sobol sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from hpo.samplers.base import SamplerSpec
from hpo.samplers.explain import Explanation
from hpo.samplers.optuna_sampler import OptunaSampler
from hpo.space import Space
from models.spec.fields import opt


@dataclass(frozen=True)
class QMCSpec(SamplerSpec):
    """Quasi-random points that fill the space evenly; best with a power of two of trials.

    Sobol 1967, scrambled after Owen; for tuning: Bousquet et al. 2017, arXiv:1706.03200.
    """

    name: str = opt("qmc", "Sampler.", choices=("qmc",))


class QMC(OptunaSampler):
    """Each trial is the next point of one sequence over all dimensions; an inactive one's coordinate is unused.

    Optuna keeps the index of the next point in the study, so the sequence goes on after a restart.
    """

    redraws = 20

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's QMCSampler. The seed of the sequence is the search's, not the trial's."""
        return _WholeSpaceQMC(self.space, self.seed, seed)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """The sequence alone."""
        return "the next point of the Sobol sequence", {}


class _WholeSpaceQMC(QMCSampler):
    """Takes the dimensions from the space, where Optuna would draw the first trial at random to learn them."""

    def __init__(self, space: Space, seed: int, trial_seed: int) -> None:
        super().__init__(
            qmc_type="sobol",
            scramble=True,
            seed=seed,
            independent_sampler=RandomSampler(seed=trial_seed),
            warn_independent_sampling=False,
        )
        self._space = space

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        found = self._space.to_distributions()
        return {name: distribution for name, distribution in sorted(found.items()) if not distribution.single()}
