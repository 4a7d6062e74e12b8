"""The seam between a sweep and its samplers."""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler
from optuna.trial import TrialState

from hpo.space import Space
from models.errors import HpoError, Problem
from models.spec.fields import REQUIRED, opt


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

    Attributes:
        space: What varies.
        seed: Seed of the whole search, at least 0.
    """

    def __init__(self, space: Space, seed: int) -> None:
        self.space = space
        self.seed = seed

    @abstractmethod
    def optuna_sampler(self, seed: int) -> BaseSampler:
        """A new Optuna sampler for one trial.

        Args:
            seed: Seed of this trial's draws, from 0 to 2**32 - 1.
        """

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
        return False

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next trial, running, with a value for each of its dimensions.

        An enqueued configuration comes first (`study.enqueue_trial(space.encode(params))`).

        Args:
            study: The sweep's study. Its own sampler is neither used nor changed.

        Raises:
            SearchExhaustedError: Every configuration has been handed out.
        """
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

    def _suggest(self, own: optuna.Study, trial: optuna.Trial) -> optuna.Trial:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            own.sampler = self.optuna_sampler(trial_seed(self.seed, trial.number))
        self.space.suggest(trial)
        return trial


def trial_seed(seed: int, number: int) -> int:
    """The seed of one trial's draws: independent of the other trials', the same in every process."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
