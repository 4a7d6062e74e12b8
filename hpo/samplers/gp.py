"""Bayesian optimization with a Gaussian process over learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from hpo.history.history import History
from hpo.history.points import Cube
from hpo.samplers.base import Sampler, SamplerSpec
from hpo.samplers.explain import Explanation, standing
from hpo.samplers.lines import lines_of
from hpo.samplers.past import FIRST_ATTR
from hpo.space import Space
from hpo.surrogate import Ladder, Line, Model, foretold, trusted
from hpo.surrogate.fresh import promising
from hpo.surrogate.model import LEAST
from models.errors import Problem
from models.spec.fields import opt


@dataclass(frozen=True)
class GPSpec(SamplerSpec):
    """A Gaussian process (Matérn 5/2, a length scale for each dimension) over configurations and training lengths.

    Needs the fewest trials on up to about 20 numeric dimensions; a proposal costs a fraction of a second.
    """

    name: str = opt("gp", "Sampler.", choices=("gp",))
    startup_trials: int = opt(
        10,
        "Random trials before the model is used, beside those of a warm start; only those with a result count.",
        low=3,
    )
    arms: int = opt(5, "Promising candidates, one draw of each of which decides.", low=1)


class GP(Sampler):
    """Learns from every learning curve at its own lengths: complete, stopped, paused and running trials.

    A proposal is the winner of one possible end, drawn for each of the few most promising of 200 candidates (Thompson
    sampling; parallel trials are kept apart by the draws, Kandasamy et al. 2018, arXiv:1705.09236). What a trial does
    not have of a conditional space lies in the middle.

    After earlier sweeps, what they foretell is the mean of the process (`hpo.surrogate.prior`). There are as many
    random trials as without: against them it shows whether what was good before is good here.
    """

    redraws = 3

    def __init__(self, spec: GPSpec, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self.spec, self._cube = spec, Cube(space)
        self._history: History | None = None

    def believe(self, history: History) -> None:
        """Their prediction is what the process begins with."""
        self._history = history

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """By the model, once enough is known."""
        rng = np.random.default_rng(seed)
        lines = lines_of(others, self.space, study.direction is StudyDirection.MAXIMIZE)
        if not self._is_ready(others, lines):
            return self.space.draw(rng, known)
        lengths = [length for line in lines for length in line.curve]
        whole = Ladder.between(min(lengths), max(lengths))
        ladder = trusted(lines, whole, None if self._history is None else foretold(self._history, whole))
        model = Model(self._cube, lines, ladder, history=self._history)
        found, forecast = promising(model, self.space, rng, self.spec.arms, known)
        return found[int(forecast.draw(rng.standard_normal(len(found))).argmax())]

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """Random at first, then by the model."""
        lines, startup = lines_of(before, self.space, maximize), self.spec.startup_trials
        if not self._is_ready(before, lines):
            told = self._own(before, lines)
            text = f"{told} of the {startup} start-up trials have a result"
            if told >= startup:
                text = f"of {told} trials with a result, fewer than {LEAST} have a score"
            return f"random: {text}", {"told": told, "startup_trials": startup}
        text, numbers = standing(before, maximize)
        return f"the best draw of the Gaussian process over learning curves, from {text}", numbers

    def _is_ready(self, trials: Sequence[FrozenTrial], lines: Sequence[Line]) -> bool:
        """Whether enough is known for the model."""
        return self._own(trials, lines) >= self.spec.startup_trials and Model.is_possible(lines)

    def _own(self, trials: Sequence[FrozenTrial], lines: Sequence[Line]) -> int:
        """How many of the trials with a result are not of earlier sweeps' choosing."""
        theirs = [trial for trial in trials if FIRST_ATTR in trial.user_attrs]
        return len(lines) - len(lines_of(theirs, self.space, maximize=True))

    def check(self, trials_budget: int | None) -> list[Problem]:
        """A model that would never be used."""
        if trials_budget is not None and trials_budget <= self.spec.startup_trials:
            message = f"must be less than the {trials_budget} trials of the sweep, got {self.spec.startup_trials}"
            return [Problem("sampler.startup_trials", message, "otherwise every trial is random")]
        return []
