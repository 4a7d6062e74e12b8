"""The tree-structured Parzen estimator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from hpo.samplers.base import Sampler, SamplerSpec
from hpo.samplers.evidence import Evidence
from hpo.samplers.explain import Explanation, standing
from hpo.samplers.parzen import Parzen
from hpo.samplers.points import Points
from hpo.space import Space
from models.spec.fields import opt

MOST_GOOD = 25  # Trials; a tenth of them up to here.
FADING = 10.0  # Trials after which a belief counts as much as it says; the constant of πBO.


@dataclass(frozen=True)
class TPESpec(SamplerSpec):
    """TPE (Bergstra et al. 2011), one joint density over all dimensions and branches (Falkner et al. 2018)."""

    name: str = opt("tpe", "Sampler.", choices=("tpe",))
    startup_trials: int = opt(10, "Random trials before the model is used; only those with a result count.", low=1)
    candidates: int = opt(24, "Draws from the good trials' density, of which the best is proposed.", low=1)


class TPE(Sampler):
    """Proposes what is likely among the good trials and unlikely among the others.

    Bergstra et al. 2011, "Algorithms for hyper-parameter optimization"; the widths of the kernels are those of Optuna's
    TPE. Four things differ from it:

    - Trials are compared at one length, the farthest that enough of them reached (`ranks`).
    - Nothing is forgotten: an old trial counts as much as a new one, so a region that diverged stays one to avoid.
    - Conditional dimensions have one density together with the others, not one for each combination (`Parzen`).
    - A belief is a kernel among the good trials', and a factor of the ratio whose exponent falls as trials end
      (πBO, Hvarfner et al. 2022, arXiv:2204.11051).

    Pending trials count as bad (the constant liar), which keeps parallel ones apart.
    """

    redraws = 3

    def __init__(self, spec: TPESpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec = spec
        self._points = Points(space)

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """By belief at first, then the best of some draws from the good trials' density."""
        rng = np.random.default_rng(seed)
        evidence = Evidence.of(others, self._points, study.direction == StudyDirection.MAXIMIZE)
        if evidence.told < self.spec.startup_trials:
            return self.space.draw(rng, known)
        is_good = evidence.places < good_of(evidence)
        good = Parzen(self._points, evidence.points[is_good], believed=True)
        rest = Parzen(self._points, evidence.points[~is_good], believed=False)
        candidates = good.draw(rng, self.spec.candidates, known)
        rows = self._points.of([self.space.encode(one) for one in candidates])
        scores = good.log_density(rows) - rest.log_density(rows)
        scores += FADING / evidence.told * np.array([self.space.log_prior(one) for one in candidates])
        return candidates[int(scores.argmax())]

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """By belief at first, then from the density of the good trials."""
        evidence = Evidence.of(before, self._points, maximize)
        startup = self.spec.startup_trials
        if evidence.told < startup:
            believed = any(dimension.prior is not None for dimension in self.space.dimensions)
            how = "as believed" if believed else "random"
            text = f"{how}: {evidence.told} of the {startup} start-up trials have ended"
            return text, {"ended": evidence.told, "startup_trials": startup}
        text, numbers = standing(before, maximize)
        good, draws = good_of(evidence), self.spec.candidates
        compared = f"{evidence.ranked} are compared, after {evidence.length:g} epochs"
        alike = f"like the best {good} and unlike the others of {text}" if good else f"unlike {text}: none can work"
        about = {**numbers, "good": good, "compared": evidence.ranked, "candidates": draws}
        return f"{alike}; {compared}; the best of {draws} draws", about


def good_of(evidence: Evidence) -> int:
    """How many of the trials that are compared are the good ones: a tenth, of those that can work."""
    return min(math.ceil(0.1 * evidence.ranked), MOST_GOOD, evidence.works)
