"""A study as a model-based sampler should see it.

The study tells the truth: a trial that a scheduler stopped is PRUNED and keeps its intermediate values. But Optuna's GP
and CMA-ES learn from COMPLETE trials only, and under ASHA those are few. So a sampler is handed a view in which trials
are rewritten; nothing is written back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Container
from typing import Any, cast

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

OUTCOME_ATTR = "outcome"  # User attribute of a trial, written by the ledger; its `cause` says why it ended.
BAD_CAUSES = ("diverged", "out_of_memory", "infeasible")  # The configuration itself is at fault.

Rewrite = Callable[[list[FrozenTrial], StudyDirection], list[FrozenTrial]]


class StudyView:
    """The part of a study that samplers read, with its trials rewritten. Attributes they write go to the study.

    The trials are read once: a view lives for one proposal, and nobody else writes meanwhile.
    """

    def __init__(self, study: Study, rewrite: Rewrite) -> None:
        self._study = study
        self._rewrite = rewrite
        self._study_id = study._study_id
        self._storage = study._storage
        self._trials: list[FrozenTrial] | None = None
        self.direction = study.direction
        self.directions = study.directions

    def _is_multi_objective(self) -> bool:
        return False

    def _get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None, use_cache: bool = False
    ) -> list[FrozenTrial]:
        if self._trials is None:
            self._trials = self._rewrite(self._study.get_trials(deepcopy=False), self.direction)
        found = [trial for trial in self._trials if states is None or trial.state in states]
        return copy.deepcopy(found) if deepcopy else found

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        """The rewritten trials."""
        return self._get_trials(deepcopy, states)


class ViewingSampler(BaseSampler):
    """An Optuna sampler that sees the study through a view."""

    def __init__(self, inner: BaseSampler, rewrite: Rewrite) -> None:
        self._inner = inner
        self._rewrite = rewrite
        self._seen: Study | None = None

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """As the inner sampler does, over the view."""
        return self._inner.infer_relative_search_space(self._view(study), trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """As the inner sampler does, over the view."""
        return self._inner.sample_relative(self._view(study), trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """As the inner sampler does, over the view."""
        return self._inner.sample_independent(self._view(study), trial, param_name, param_distribution)

    def _view(self, study: Study) -> Study:
        if self._seen is None:
            self._seen = cast(Study, StudyView(study, self._rewrite))
        return self._seen
