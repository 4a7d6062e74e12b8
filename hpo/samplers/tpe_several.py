"""The tree-structured Parzen estimator for several aims and limits."""

from __future__ import annotations

import math

from optuna.samplers import BaseSampler, TPESampler

from hpo.aims import Aims
from hpo.samplers.explain import Explanation
from hpo.samplers.several_base import SeveralSampler
from hpo.samplers.several_view import SeveralViewingSampler
from hpo.samplers.tpe import MOST_GOOD, TPE, TPESpec


class SeveralTPE(SeveralSampler):
    """The good trials are the first fronts (Ozaki et al. 2022, multiobjective TPE, doi:10.1613/jair.1.13188).

    Trials that break a limit come after all others, in the order of how far they are beyond their limits.
    """

    def __init__(self, plain: TPE, spec: TPESpec, aims: Aims) -> None:
        super().__init__(plain, aims, spec.startup_trials)
        self.spec = spec

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's TPESampler over the view."""
        inner = TPESampler(
            n_startup_trials=self.spec.startup_trials,
            n_ei_candidates=self.spec.candidates,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=seed,
        )
        return SeveralViewingSampler(inner, self.aims)

    def how(self, ended: int) -> Explanation:
        """From the density of the good trials, by the shares of Optuna's TPESampler."""
        tenth, draws = math.ceil(0.1 * ended), self.spec.candidates
        good = tenth if self.aims.several else min(tenth, MOST_GOOD)
        order = f"by {'fronts of ' if self.aims.several else ''}{self.wanted}"
        order += f", those that keep {self.limits} first" if self.limits else ""
        text = f"the best of {draws} draws that are like the first {good} trials {order}, and unlike the others"
        return text, {"good": good, "candidates": draws}
