"""Covariance matrix adaptation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from optuna.samplers import BaseSampler, CmaEsSampler
from optuna.trial import FrozenTrial

from hpo.samplers.base import SamplerSpec
from hpo.samplers.by_rank import ranked_as_complete
from hpo.samplers.explain import Explanation, standing, start_up
from hpo.samplers.optuna_sampler import OptunaSampler
from hpo.samplers.view import ViewingSampler
from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from hpo.space.dimension import Dimension
from models.errors import Problem
from models.spec.fields import opt


@dataclass(frozen=True)
class CmaEsSpec(SamplerSpec):
    """CMA-ES (Hansen 2016, arXiv:1604.00772), for many cheap trials over numbers.

    Whole numbers and steps are kept apart by margins (Hamano et al. 2022, arXiv:2205.13482).
    """

    name: str = opt("cmaes", "Sampler.", choices=("cmaes",))
    startup_trials: int = opt(1, "Random trials before the first generation; only finished ones count.", low=1)
    population: int | None = opt(None, "Trials in a generation; null: 4 + 3 ln(dimensions), rounded down.", low=2)


class CmaEs(OptunaSampler):
    """Draws from a normal distribution that each finished generation moves and reshapes.

    Its state is kept in the study by Optuna. It learns from stopped trials at the length that they trained for.
    """

    redraws = 5

    def __init__(self, spec: CmaEsSpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec = spec

    @property
    def population(self) -> int:
        """Trials in a generation."""
        return self.spec.population or 4 + math.floor(3 * math.log(max(1, len(self._numbers))))

    @property
    def _numbers(self) -> list[Dimension]:
        return [d for d in self.space.dimensions if isinstance(d, (FloatDimension, IntDimension))]

    def optuna_sampler(self, seed: int) -> BaseSampler:
        """Optuna's CmaEsSampler."""
        stepped = any(not isinstance(d, FloatDimension) or d.ends.step is not None for d in self._numbers)
        inner = CmaEsSampler(
            seed=seed,
            n_startup_trials=self.spec.startup_trials,
            popsize=self.population,
            with_margin=stepped,
            warn_independent_sampling=False,
        )
        return ViewingSampler(inner, ranked_as_complete)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Random at first, then from the distribution that the generations have moved."""
        random = start_up(before, self.spec.startup_trials)
        if random is not None:
            return random
        text, numbers = standing(before, maximize)
        whole = f"drawn from CMA-ES's distribution, generations of {self.population}, after {text}"
        return whole, {**numbers, "population": self.population}

    def check(self, trials_budget: int | None) -> list[Problem]:
        """Categories and conditions, which it cannot hold; too few dimensions; too few trials for one generation."""
        problems = [
            Problem(f"space.{d.name}", "cmaes cannot search among choices", "give a range, or use sampler=tpe")
            for d in self.space.dimensions
            if isinstance(d, CategoricalDimension)
        ]
        problems += [
            Problem(f"space.{d.name}.when", "cmaes cannot hold conditions", "remove the condition, or use sampler=tpe")
            for d in self.space.dimensions
            if d.when
        ]
        if not problems and len(self._numbers) < 2:
            problems.append(Problem("sampler", "cmaes needs at least 2 dimensions, got 1", "use sampler=gp"))
        needed = self.spec.startup_trials + self.population
        if trials_budget is not None and trials_budget <= needed:
            message = f"cmaes learns after {needed} trials, but the sweep runs {trials_budget}"
            problems.append(Problem("sampler", message, "use sampler=gp or tpe"))
        return problems
