"""The tree-structured Parzen estimator for several aims and limits."""

from __future__ import annotations

from optuna.samplers import BaseSampler, TPESampler

from hpo.aims import Aims
from hpo.samplers.several_base import SeveralSampler
from hpo.samplers.several_view import SeveralViewingSampler
from hpo.samplers.tpe import TPE, TPESpec


class SeveralTPE(SeveralSampler):
    """The good trials are the first fronts (Ozaki et al. 2022, multiobjective TPE, doi:10.1613/jair.1.13188).

    Trials that break a limit come after all others, in the order of how far they are beyond their limits.
    """

    def __init__(self, plain: TPE, spec: TPESpec, aims: Aims) -> None:
        super().__init__(plain, aims)
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
