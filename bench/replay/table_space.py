"""A space whose only points are the recorded configurations, and a sampler that is kept to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from bench.replay.columns import REPEAT
from bench.replay.tables import Table
from hpo.history import History
from hpo.samplers import Sampler
from hpo.samplers.explain import Explanation
from hpo.samplers.points import Points
from hpo.space import Space
from hpo.space.words import stable_json
from models.errors import Problem

REPEAT_WEIGHT = 0.01  # Of the squared distance: which repetition is taken matters only among equal configurations.


class TableSpace(Space):
    """Draws are recorded configurations that were not tried, each as likely as any other.

    What was tried is told by `Snapped` before each proposal.
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table.dimensions)
        rows = [self.decode(self.encode(row.params)) for row in table.rows]
        points = Points(self)
        # Space is frozen; these belong to the replay alone, and no decision but a draw depends on them.
        for name, value in {
            "_rows": rows,
            "_index": {stable_json(row): index for index, row in enumerate(rows)},
            "_points": points,
            "_places": points.of([self.encode(row) for row in rows]),
            "_free": np.ones(len(rows), dtype=bool),
        }.items():
            object.__setattr__(self, name, value)

    _rows: list[dict[str, Any]]
    _index: dict[str, int]
    _points: Points
    _places: np.ndarray
    _free: np.ndarray

    def row_of(self, params: Mapping[str, Any]) -> int:
        """Index of a recorded configuration. Raises KeyError for any other."""
        return self._index[stable_json(dict(params))]

    def is_recorded(self, params: Mapping[str, Any]) -> bool:
        """Whether there is such a row."""
        return stable_json(dict(params)) in self._index

    def forget_all_but(self, tried: Sequence[Mapping[str, Any]]) -> None:
        """Learn what was tried; the rest is free."""
        self._free[:] = True
        self._free[[self.row_of(params) for params in tried if self.is_recorded(params)]] = False

    def draw(self, rng: np.random.Generator, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A recorded configuration that was not tried, at random; any where all were."""
        free = np.flatnonzero(self._free if self._free.any() else ~self._free)
        return dict(self._rows[int(rng.choice(free))])

    def take(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The nearest one, which is tried from now on."""
        found = self.nearest(params)
        self._free[self.row_of(found)] = False
        return found

    def nearest(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The recorded configuration that was not tried and is nearest in the unit cube."""
        if self.is_recorded(params) and self._free[self.row_of(params)]:
            return dict(params)
        here = self._points.of([self.encode(params)])[0]
        free = np.flatnonzero(self._free)
        apart = np.abs(self._places[free] - here)
        is_choice = np.array(self._points.sizes) > 0
        apart = np.where(is_choice, np.minimum(apart, 1.0), apart)
        one_has = np.isnan(self._places[free]) != np.isnan(here)
        squared = np.where(np.isnan(apart), one_has, apart) ** 2
        squared = squared * np.array([REPEAT_WEIGHT if name == REPEAT else 1.0 for name in self.names])
        return dict(self._rows[int(free[squared.sum(axis=1).argmin()])])


class Snapped(Sampler):
    """Turns what another sampler proposes into the nearest recorded configuration, before it is written.

    So does it with configurations that were enqueued, as by what earlier sweeps say.
    """

    def __init__(self, inner: Sampler, space: TableSpace) -> None:
        super().__init__(space, inner.seed)
        self.inner, self.table_space = inner, space

    def draft(
        self, study: optuna.Study, new: FrozenTrial, others: Sequence[FrozenTrial], known: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """The inner one's draft, snapped."""
        self._learn(others)
        return self.table_space.take(self.inner.draft(study, new, others, known, seed))

    def believe(self, history: History) -> None:
        """The inner one does."""
        self.inner.believe(history)

    def ask(self, study: optuna.Study) -> optuna.Trial:
        """The next trial; a configuration that waits is snapped first."""
        trials = study.get_trials(deepcopy=False)
        for trial in trials:
            wish = trial.system_attrs.get("fixed_params")
            if trial.state == TrialState.WAITING and wish:
                self._learn([other for other in trials if other is not trial])
                snapped = self.space.encode(self.table_space.take(self.space.decode(wish)))
                study._storage.set_trial_system_attr(trial._trial_id, "fixed_params", snapped)
        return super().ask(study)

    def exhausted(self, study: optuna.Study) -> bool:
        """Whether every recorded configuration was tried."""
        trials = study.get_trials(deepcopy=False)
        return len(trials) >= len(self.table_space._rows) and all(t.state != TrialState.WAITING for t in trials)

    def check(self, trials_budget: int | None) -> list[Problem]:
        """The inner one's."""
        return self.inner.check(trials_budget)

    def planned(self) -> int | None:
        """The inner one's."""
        return self.inner.planned()

    def why(self, new: FrozenTrial, before: Sequence[FrozenTrial], maximize: bool) -> Explanation:
        """The inner one's."""
        return self.inner.why(new, before, maximize)

    def _learn(self, others: Sequence[FrozenTrial]) -> None:
        self.table_space.forget_all_but([self.space.decode(trial.params) for trial in others if trial.params])
