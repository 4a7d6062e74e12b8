"""Random search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial

from hpo.samplers.base import SamplerSpec
from hpo.samplers.explain import Explanation
from hpo.samplers.optuna_sampler import OptunaSampler
from models.spec.fields import opt


@dataclass(frozen=True)
class RandomSpec(SamplerSpec):
    """Independent uniform draws (Bergstra and Bengio 2012): the baseline that any other sampler must beat."""

    name: str = opt("random", "Sampler.", choices=("random",))


class RandomSearch(OptunaSampler):
    """Draws each dimension independently: uniform, log-uniform, or evenly among steps and choices.

    It takes no notice of beliefs, so that it stays the yardstick.
    """

    redraws = 20

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's RandomSampler."""
        return RandomSampler(seed=seed)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Chance alone."""
        return "drawn at random", {}
