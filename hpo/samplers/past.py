"""A sampler that knows earlier sweeps: their best configurations first, then draws from them that become rarer."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.history import History, PastSweep, Wish, anywhere, is_refuted, near, own_sweep
from hpo.history.first import ALONE, UNSEEN
from hpo.history.points import still_in
from hpo.samplers.base import Sampler
from hpo.samplers.explain import WHY_ATTR, Explanation
from hpo.space.words import stable_json
from models.errors import Problem

FIRST_ATTR = "from_history"  # User attribute of a trial: its place among the first configurations; DRAWN: drawn.
DRAWN = -1
CANDIDATES = 32  # A third more than TPE draws; half of them anywhere in the space.
LEAST_CHANCE = 0.02  # Below it, it is not worth looking: at the default weight after 392 trials.
_STREAM = 7_411  # Keeps these draws apart from the inner sampler's, which have the same seed and number.


class PastSampler(Sampler):
    """Puts configurations before those of another sampler, because of earlier sweeps.

    First come those that together were good in the earlier sweeps, as long as they hold here. After that a trial is
    drawn from what the earlier sweeps foretell with the chance `trust * weight / (weight + trials)`, so that the
    sweep's own evidence takes over; `trust` is how well they foretold the sweep's own trials. It is a mixture of the
    two samplers' densities, of which the inner one learns in any case: the idea of a prior that fades (πBO, Hvarfner
    et al. 2022, arXiv:2204.11051) for samplers of every kind.

    What it decides follows from the seed, the study and the history that the ledger holds.

    Args:
        inner: The sampler that goes on.
        history: At least one earlier sweep.
        weight: Trials of its own after which a sweep counts as much as the earlier ones; 0: no draws from them.
    """

    def __init__(self, inner: Sampler, history: History, weight: float) -> None:
        super().__init__(inner.space, inner.seed)
        self.inner, self.history, self.weight = inner, history, weight

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """The inner one's."""
        return self.inner.draft(study, new, others, known, seed)

    def check(self, trials_budget: int | None) -> list[Problem]:
        """The inner one's problems."""
        return self.inner.check(trials_budget)

    def planned(self) -> int | None:
        """As the inner one: what is tried first is among its points where it has an end of them."""
        return self.inner.planned()

    def exhausted(self, study: optuna.Study) -> bool:
        """As the inner one."""
        return self.inner.exhausted(study)

    def reopen(self, study: optuna.Study, number: int) -> optuna.Trial:
        """As the inner one."""
        return self.inner.reopen(study, number)

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next trial. What comes from earlier sweeps is enqueued whole, so that a crash between loses nothing."""
        trials = study.get_trials(deepcopy=False)
        if not any(trial.state == TrialState.WAITING for trial in trials):
            found = self._wish(trials, study.direction == optuna.study.StudyDirection.MAXIMIZE)
            if found is not None:
                place, wish = found
                about = {FIRST_ATTR: place, WHY_ATTR: wish.why}
                copy.copy(study).enqueue_trial(self.space.encode(wish.params), about)
        return self.inner.ask(study)

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """As the inner one: what comes from earlier sweeps carries its reason."""
        return self.inner.why(new, before, maximize)

    def _wish(self, trials: Sequence[FrozenTrial], maximize: bool) -> tuple[int, Wish] | None:
        """What the earlier sweeps have to say for the next trial, and its place among the first."""
        places = {trial.number: int(trial.user_attrs[FIRST_ATTR]) for trial in trials if FIRST_ATTR in trial.user_attrs}
        left = [place for place in range(len(self.history.first)) if place not in places.values()]
        chance = self.weight / (self.weight + len(trials)) if self.weight > 0 and self.inner.planned() is None else 0.0
        if not left and chance < LEAST_CHANCE:
            return None
        own, numbers = own_sweep(trials, self.space, maximize)
        known = {stable_json(still_in(self.space, trial.params)) for trial in trials}
        first = [number for number, place in places.items() if place != DRAWN]
        unseen = [t for t in trials if t.number in places and not t.state.is_finished() and not t.intermediate_values]
        if len(unseen) >= UNSEEN or len(trials) == len(first) >= ALONE:
            return None
        if not is_refuted(own, numbers, first):
            for place in left:
                wish = self.history.first[place]
                if stable_json(dict(wish.params)) not in known and not self.space.contains(wish.params):
                    return place, wish
        return self._draw(own, known, chance, len(trials))

    def _draw(self, own: PastSweep, known: set[str], chance: float, number: int) -> tuple[int, Wish] | None:
        if chance < LEAST_CHANCE:
            return None
        rng = np.random.default_rng([self.seed, number, _STREAM])
        shares = self.history.weights(own)
        chance *= float(shares.max())
        if rng.uniform() >= chance:
            return None
        candidates = [one for one in self._candidates(shares, rng) if stable_json(one) not in known]
        if not candidates:
            return None
        some = shares * rng.exponential(size=len(shares))  # A Bayesian bootstrap: not the same favourite every time.
        scores = self.history.mixed(candidates, some)
        best = int(scores.argmax())
        why = (
            f"drawn by what {len(shares)} earlier sweeps foretell: better than {scores[best]:.0%} of the "
            f"configurations; they are believed by {shares.max():.2f}, and the chance of such a draw was {chance:.2f}"
        )
        return DRAWN, Wish(candidates[best], why)

    def _candidates(self, shares: np.ndarray, rng: np.random.Generator) -> list[dict[str, Any]]:
        """Points anywhere, and as many near configurations that were good."""
        found = [anywhere(self.space, rng) for _ in range(CANDIDATES // 2)]
        for index in rng.choice(len(shares), CANDIDATES // 2, p=shares / shares.sum()):
            sweep = self.history.sweeps[index]
            chances = sweep.scores**8 + 1e-9  # The best tenth has most of the weight.
            place = int(rng.choice(len(chances), p=chances / chances.sum()))
            found.append(near(self.space, sweep.trials[place].params, rng))
        return found


def with_history(sampler: Sampler, history: History | None, weight: float) -> Sampler:
    """The sampler as it begins after earlier sweeps; itself where there are none."""
    if history is None:
        return sampler
    if weight > 0:
        sampler.believe(history)
    return PastSampler(sampler, history, weight)
