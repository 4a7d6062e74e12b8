"""Hands out the confirmation's trainings, through the seam that hands out a search's configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import optuna
from optuna.trial import BaseTrial, FrozenTrial, TrialState

from hpo.confirm.retraining import CONFIGURATION, SEED, Retraining, params_of
from hpo.samplers import Sampler
from hpo.samplers.base import SearchExhaustedError
from hpo.samplers.explain import Explanation
from hpo.space import Space

LARGEST = 2**32 - 1


@dataclass(frozen=True)
class RetrainingSpace(Space):
    """Two numbers for Optuna, whole params for the training.

    Attributes:
        searched: Params of the search's trials by their number.
    """

    searched: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of both numbers."""
        return CONFIGURATION, SEED

    def suggest(self, trial: BaseTrial) -> dict[str, Any]:
        """Ask for both numbers."""
        return {name: trial.suggest_int(name, 0, LARGEST) for name in self.names}

    def decode(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The configuration's own params, with the seed."""
        return params_of(_of(stored), self.searched)


class Retrainer(Sampler):
    """Each of a list of retrainings once, in its order. The study says which have been handed out.

    Args:
        retrainings: What there is to train.
        searched: Params of the search's trials by their number.
        since: Number of the first trial of the study that counts as having been handed out.
    """

    def __init__(
        self, retrainings: Sequence[Retraining], searched: Mapping[int, Mapping[str, Any]], since: int = 0
    ) -> None:
        super().__init__(RetrainingSpace((), searched=searched), seed=0)
        self._retrainings = tuple(retrainings)
        self._since = since

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """Never asked: both numbers are given."""
        return dict(known)

    def planned(self) -> int | None:
        """How many there are."""
        return len(self._retrainings)

    def exhausted(self, study: optuna.Study) -> bool:
        """Whether every one has been handed out."""
        trials = study.get_trials(deepcopy=False)
        return not _is_waiting(trials) and self._next(trials) is None

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next one. It is written whole before it is taken, so that a crash between the two loses nothing."""
        trials = study.get_trials(deepcopy=False)
        if not _is_waiting(trials):
            found = self._next(trials)
            if found is None:
                raise SearchExhaustedError(f"all {len(self._retrainings)} retrainings have been handed out")
            study.enqueue_trial({CONFIGURATION: found.configuration, SEED: found.seed})
        return super().ask(study)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """What it confirms."""
        found = _of(new.params)
        text = f"confirms trial {found.configuration} under the fresh seed {found.seed}"
        return text, {"configuration": found.configuration, "seed": found.seed}

    def _next(self, trials: Sequence[FrozenTrial]) -> Retraining | None:
        counted = [trial for trial in trials if trial.number >= self._since]
        used = {_of({**trial.system_attrs.get("fixed_params", {}), **trial.params}) for trial in counted}
        return next((one for one in self._retrainings if one not in used), None)


def _of(stored: Mapping[str, Any]) -> Retraining:
    return Retraining(int(stored[CONFIGURATION]), int(stored[SEED]))


def _is_waiting(trials: Sequence[FrozenTrial]) -> bool:
    return any(trial.state == TrialState.WAITING for trial in trials)
