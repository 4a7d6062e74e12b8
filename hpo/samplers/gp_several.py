"""Gaussian processes for several aims and limits: one for each of them."""

from __future__ import annotations

import numpy as np
import optuna
from optuna.samplers import BaseSampler, GPSampler, TPESampler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from hpo.aims import Aims
from hpo.samplers.explain import Explanation
from hpo.samplers.gp import GP, GPSpec
from hpo.samplers.several_base import SeveralSampler
from hpo.samplers.several_view import SeveralViewingSampler


class SeveralGP(SeveralSampler):
    """Expected hypervolume improvement (Daulton et al. 2020, arXiv:2006.05078), times the chance to keep each limit.

    With one aim it is constrained expected improvement (Gardner et al. 2014, "Bayesian optimization with inequality
    constraints"). A conditional dimension is proposed by TPE.
    """

    def __init__(self, plain: GP, spec: GPSpec, aims: Aims) -> None:
        super().__init__(plain, aims, spec.startup_trials)
        self.spec = spec

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's GPSampler over the view."""
        startup = self.spec.startup_trials
        inner = GPSampler(
            seed=seed,
            n_startup_trials=startup,
            deterministic_objective=False,
            independent_sampler=TPESampler(n_startup_trials=startup, multivariate=True, seed=seed),
            warn_independent_sampling=False,
        )
        return SeveralViewingSampler(inner, self.aims)

    def how(self, ended: int) -> Explanation:
        """By what the processes expect to gain."""
        gain = "hypervolume improvement over" if self.aims.several else "improvement in"
        times = f" times the chance to keep {self.limits}" if self.limits else ""
        conditional = "; conditional dimensions by TPE" if any(d.when for d in self.space.dimensions) else ""
        return f"the highest expected {gain} {self.wanted}{times}, by a Gaussian process for each{conditional}", {}

    def _suggest(self, own: optuna.Study, trial: optuna.Trial) -> optuna.Trial:
        # The matrices are small, and the cores belong to the trials. Where hardly any point may keep a limit, Optuna
        # divides 0 by 0, and goes on rightly.
        with threadpool_limits(1), np.errstate(invalid="ignore"):
            return super()._suggest(own, trial)
