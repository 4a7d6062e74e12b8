"""Random search."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.samplers import BaseSampler, RandomSampler

from hpo.samplers.base import Sampler, SamplerSpec
from models.spec.fields import opt


@dataclass(frozen=True)
class RandomSpec(SamplerSpec):
    """Independent uniform draws (Bergstra and Bengio 2012): the baseline that any other sampler must beat."""

    name: str = opt("random", "Sampler.", choices=("random",))


class RandomSearch(Sampler):
    """Draws each dimension independently: uniform, log-uniform, or evenly among steps and choices."""

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's RandomSampler."""
        return RandomSampler(seed=seed)
