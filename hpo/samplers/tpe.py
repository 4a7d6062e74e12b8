"""The tree-structured Parzen estimator."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.samplers import BaseSampler, TPESampler

from hpo.samplers.base import Sampler, SamplerSpec
from hpo.samplers.view import ViewingSampler, without_bad_values
from hpo.space import Space
from models.spec.fields import opt


@dataclass(frozen=True)
class TPESpec(SamplerSpec):
    """TPE (Bergstra et al. 2011), multivariate (Falkner et al. 2018), one joint model for each set of dimensions."""

    name: str = opt("tpe", "Sampler.", choices=("tpe",))
    startup_trials: int = opt(10, "Random trials before the model is used; only finished ones count.", low=1)
    candidates: int = opt(24, "Draws from the good trials' density, of which the best is proposed.", low=1)


class TPE(Sampler):
    """Learns from complete and pruned trials, holds conditions and categories, and counts running trials as bad.

    Counting running trials as bad (the constant liar) keeps parallel trials apart.
    """

    def __init__(self, spec: TPESpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec = spec

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's TPESampler."""
        inner = TPESampler(
            n_startup_trials=self.spec.startup_trials,
            n_ei_candidates=self.spec.candidates,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=seed,
        )
        return ViewingSampler(inner, without_bad_values)
