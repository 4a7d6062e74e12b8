"""Bayesian optimization with a Gaussian process."""

from __future__ import annotations

from dataclasses import dataclass

import optuna
from optuna.samplers import BaseSampler, GPSampler, TPESampler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from hpo.samplers.base import Sampler, SamplerSpec
from hpo.samplers.view import ViewingSampler, pruned_as_complete
from hpo.space import Space
from models.errors import Problem
from models.spec.fields import opt


@dataclass(frozen=True)
class GPSpec(SamplerSpec):
    """A Gaussian process (Matérn 5/2, a length scale for each dimension) with log expected improvement.

    Needs the fewest trials on up to about 20 numeric dimensions; a proposal costs a fraction of a second.
    Log expected improvement: Ament et al. 2023, arXiv:2310.20708.
    """

    name: str = opt("gp", "Sampler.", choices=("gp",))
    startup_trials: int = opt(10, "Random trials before the model is used; only finished ones count.", low=1)
    noise_free: bool = opt(False, "Whether the same configuration always gives the same metric.")


class GP(Sampler):
    """Learns from complete and pruned trials; running trials count as they are expected to end.

    The process covers the dimensions that every trial has; a conditional one is proposed by TPE.
    """

    def __init__(self, spec: GPSpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec = spec

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's GPSampler."""
        inner = GPSampler(
            seed=seed,
            n_startup_trials=self.spec.startup_trials,
            deterministic_objective=self.spec.noise_free,
            independent_sampler=TPESampler(n_startup_trials=self.spec.startup_trials, multivariate=True, seed=seed),
            warn_independent_sampling=False,
        )
        return ViewingSampler(inner, pruned_as_complete)

    def _suggest(self, own: optuna.Study, trial: optuna.Trial) -> optuna.Trial:
        # The matrices are small, and the cores belong to the trials: with as many threads as cores beside them, a
        # proposal was measured to take five times as long.
        with threadpool_limits(1):
            return super()._suggest(own, trial)

    def check(self, trials_budget: int | None) -> list[Problem]:
        """A model that would never be used, or that has no dimension it could hold."""
        problems: list[Problem] = []
        if all(dimension.when for dimension in self.space.dimensions):
            problems.append(Problem("sampler", "gp needs a dimension without conditions", "use sampler=tpe"))
        if trials_budget is not None and trials_budget <= self.spec.startup_trials:
            message = f"must be less than the {trials_budget} trials of the sweep, got {self.spec.startup_trials}"
            problems.append(Problem("sampler.startup_trials", message, "otherwise every trial is random"))
        return problems
