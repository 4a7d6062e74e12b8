"""The seam between a sweep and its samplers."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.history.history import History
from hpo.samplers.explain import Explanation, given
from hpo.samplers.given import Given
from hpo.samplers.untried import Untried
from hpo.space import Space
from models.errors import HpoError, Problem
from models.spec.fields import REQUIRED, opt

INSTEAD_ATTR = "instead"  # User attribute of a trial: what was taken where the sampler drew what had been tried.


@dataclass(frozen=True)
class SamplerSpec:
    """What every sampler's settings have in common."""

    name: str = opt(REQUIRED, "Sampler; set by the option of the `sampler` group.")


class SearchExhaustedError(HpoError):
    """Every configuration of the space has been handed out; there is nothing left to ask for."""


class Sampler(ABC):
    """Proposes configurations.

    It keeps nothing between calls: what it proposes follows from the seed, the number of the trial, and the study
    alone. So a sweep that is resumed in another process goes on as if it had never stopped.

    No configuration is proposed a second time (`Untried`), unless a person asks for it.

    Attributes:
        space: What varies.
        seed: Seed of the whole search, at least 0.
        redraws: How often it draws anew when it drew what has been tried; after that, one like it is taken.
    """

    redraws: ClassVar[int] = 0

    def __init__(self, space: Space, seed: int) -> None:
        self.space = space
        self.seed = seed

    @abstractmethod
    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """A configuration for a new trial, in the config's form. It is not written.

        Args:
            study: The sweep's study.
            new: The trial, running.
            others: All other trials of the study.
            known: Values that are given, by a person or by a driver that was killed; they are part of the result.
            seed: Seed of the draws, from 0 to 2**32 - 1.
        """

    def believe(self, history: History) -> None:  # noqa: B027  # most samplers have no model that could
        """Take earlier sweeps into the model, where it has one that can."""

    def check(self, trials_budget: int | None) -> list[Problem]:
        """What keeps this sampler from searching this space; empty when nothing does.

        Args:
            trials_budget: Number of trials the sweep may run; None: no such limit.
        """
        return []

    def planned(self) -> int | None:
        """How many configurations there are to try; None when there is no end of them."""
        return None

    def exhausted(self, study: optuna.Study) -> bool:
        """Whether `ask` has nothing left to propose."""
        if self._untried.size is None:
            return False
        trials = study.get_trials(deepcopy=False)
        return not any(trial.state == TrialState.WAITING for trial in trials) and self._untried.none_left(trials)

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next trial, running, with a value for each of its dimensions.

        An enqueued configuration comes first (`study.enqueue_trial(space.encode(params))`).

        Args:
            study: The sweep's study. Its own sampler is neither used nor changed.

        Raises:
            SearchExhaustedError: Every configuration has been handed out.
        """
        if self.exhausted(study):
            raise SearchExhaustedError(f"all {self._untried.size} configurations of the space have been handed out")
        own = copy.copy(study)  # Shares the storage; only so can it have a sampler of its own.
        return self._suggest(own, own.ask())

    def reopen(self, study: optuna.Study, number: int) -> optuna.Trial:
        """A running trial again, after a restart; values that a crash left unsuggested are suggested now.

        Raises:
            ValueError: The trial is not running.
        """
        found = next((t for t in study.get_trials(deepcopy=False) if t.number == number), None)
        if found is None or found.state != TrialState.RUNNING:
            raise ValueError(f"trial {number} is {'unknown' if found is None else found.state.name}, not RUNNING")
        own = copy.copy(study)
        return self._suggest(own, optuna.Trial(own, found._trial_id))

    def explain(self, study: optuna.Study, trial: optuna.Trial) -> Explanation:
        """Why a trial that was just asked for was proposed: in words with the numbers, and the numbers alone."""
        before = study.get_trials(deepcopy=False)
        new = next(found for found in before if found.number == trial.number)
        maximize = study.direction == optuna.study.StudyDirection.MAXIMIZE
        reason = given(new)
        if reason is not None:
            return reason
        text, numbers = self.why(new, [found for found in before if found is not new], maximize)
        instead = new.user_attrs.get(INSTEAD_ATTR)
        return text if instead is None else f"{text}; that had been tried, so {instead} was taken", numbers

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Why the sampler itself proposed a trial.

        Args:
            new: The trial.
            before: All others, as the study has them.
            maximize: Whether more of the metric is better.
        """
        return f"proposed by {type(self).__name__}", {}

    @cached_property
    def _untried(self) -> Untried:
        return Untried(self.space)

    def _suggest(self, own: optuna.Study, trial: optuna.Trial) -> optuna.Trial:
        new = own._storage.get_trial(trial._trial_id)
        wish = new.system_attrs.get("fixed_params", {})
        stored = {**wish, **new.params}
        known = {d.name: d.decode(stored[d.name]) for d in self.space.dimensions if d.name in stored}
        if any(dimension.name not in known for dimension in self.space.active(known)):
            found = self._propose(own, new, known, twice=bool(wish))
            own.sampler = Given(self.space, found)
        self.space.suggest(trial)
        return trial

    def _propose(self, own: optuna.Study, new: FrozenTrial, known: Mapping[str, Any], twice: bool) -> dict[str, Any]:
        """A configuration, which has not been tried unless it may be tried `twice`."""
        others = [trial for trial in own.get_trials(deepcopy=False) if trial.number != new.number]
        found = self.draft(own, new, others, known, trial_seed(self.seed, new.number))
        if twice or known:
            return found
        for again in range(1, 1 + self.redraws):
            if not self._untried.is_tried(found, others):
                return found
            found = self.draft(own, new, others, known, trial_seed(self.seed, new.number, again))
        if not self._untried.is_tried(found, others):
            return found
        instead = self._untried.like(found, others, np.random.default_rng(trial_seed(self.seed, new.number)))
        if instead != found:
            what = "one at random" if self._untried.size is None else "the nearest that had not"
            own._storage.set_trial_user_attr(new._trial_id, INSTEAD_ATTR, what)
        return instead


def trial_seed(seed: int, *numbers: int) -> int:
    """The seed of one trial's draws: independent of the other trials', the same in every process.

    Args:
        seed: Of the whole search.
        numbers: The trial's number, and what else tells these draws from others.
    """
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0])
