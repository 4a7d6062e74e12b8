"""Samplers whose draws are made by one of Optuna's."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from hpo.samplers.base import Sampler
from hpo.space.dimension import Dimension
from hpo.space.grid import active


class OptunaSampler(Sampler):
    """Asks an Optuna sampler for each value, as an Optuna trial would, and writes none of them."""

    @abstractmethod
    def optuna_sampler(self, seed: int) -> BaseSampler:
        """A new Optuna sampler for one trial.

        Args:
            seed: Seed of this trial's draws, from 0 to 2**32 - 1.
        """

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """What the Optuna sampler proposes."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            sampler = self.optuna_sampler(seed)
            together = sampler.infer_relative_search_space(study, new)
            relative = sampler.sample_relative(study, new, together) if len(known) < len(self.space.dimensions) else {}
            found: dict[str, Any] = {}
            for dimension in self.space.dimensions:
                if active(dimension, found):
                    name = dimension.name
                    found[name] = known[name] if name in known else _value(dimension, sampler, study, new, relative)
            return found


def _value(
    dimension: Dimension, sampler: BaseSampler, study: optuna.Study, new: FrozenTrial, relative: Mapping[str, Any]
) -> Any:
    name, distribution = dimension.name, dimension.distribution
    if name in relative and distribution._contains(distribution.to_internal_repr(relative[name])):
        return dimension.decode(relative[name])
    if distribution.single():
        return next(iter(dimension.values()))
    return dimension.decode(sampler.sample_independent(study, new, name, distribution))
