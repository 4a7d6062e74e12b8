"""An Optuna sampler that has been told what to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from hpo.space import Space


class Given(BaseSampler):
    """Suggests one configuration.

    Args:
        space: What varies.
        params: The configuration, in the config's form.
    """

    def __init__(self, space: Space, params: Mapping[str, Any]) -> None:
        self._stored = space.encode(params)
        self._distributions = {name: space[name].distribution for name in params}

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """The configuration's dimensions."""
        return self._distributions

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The configuration."""
        return self._stored

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Nothing: the configuration is whole."""
        raise KeyError(param_name)
