"""How trainings are expected to end, from all learning curves so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpo.history.history import History
from hpo.history.points import Cube
from hpo.surrogate.ladder import Ladder
from hpo.surrogate.line import Line
from hpo.surrogate.prior import Prior
from hpo.surrogate.process import Observed, Process
from hpo.surrogate.scale import Scale
from hpo.surrogate.threads import one_thread

LEAST = 3  # Trials with a score, before anything can be said.
MOST_OBSERVED, MOST_FITTED = 300, 150  # Cubic costs; beyond, what tells most is kept.


@dataclass(frozen=True)
class Forecast:
    """How configurations are expected to end.

    Attributes:
        mean, deviation: Heights on the common scale, shapes (configurations,).
    """

    mean: np.ndarray
    deviation: np.ndarray

    def draw(self, noise: np.ndarray) -> np.ndarray:
        """One possible end of each, by its standard normal noise (Thompson 1933)."""
        found: np.ndarray = self.mean + self.deviation * noise
        return found


class Model:
    """The process after some trials. What it says follows from its arguments alone.

    Args:
        cube: Of the space.
        lines: The trials, in the order of their beginning; at least `LEAST` with a score.
        ladder: Where they are compared.
        process: With hyperparameters of an earlier moment; None: they are fitted.
        history: Earlier sweeps; None: none.
    """

    def __init__(
        self,
        cube: Cube,
        lines: Sequence[Line],
        ladder: Ladder,
        process: Process | None = None,
        history: History | None = None,
    ) -> None:
        self.ladder = ladder
        self._cube = cube
        sight = _Sight(cube, lines, ladder, history)
        self._prior = sight.prior
        self.scale, self.best_end = sight.scale, sight.best_end
        self._owner = {id(line): index for index, line in enumerate(sight.told)}
        self._mean, self._spread = sight.mean, sight.deviation
        with one_thread():
            process = process or _fitted(sight.seen)
            self._after = process.conditioned(sight.seen.some(_telling(sight.seen, MOST_OBSERVED)))

    @staticmethod
    def fit(cube: Cube, lines: Sequence[Line], ladder: Ladder, history: History | None = None) -> Process:
        """The process alone, for models of these trials and of more."""
        with one_thread():
            return _fitted(_Sight(cube, lines, ladder, history).seen)

    def ends(self, lines: Sequence[Line], fresh: Sequence[Mapping[str, Any]]) -> Forecast:
        """How trials, then new configurations, are expected to end."""
        params = [*(line.params for line in lines), *fresh]
        points = self._cube.points(params)
        owner = np.array([*(self._owner.get(id(line), -1) for line in lines), *(-1 for _ in fresh)])
        with one_thread():
            mean, deviation = self._after.predict(points, owner, np.full(len(points), np.log(self.ladder.end)))
        foretold = 0.0 if self._prior is None else self._prior.heights(params)
        return Forecast(self._mean + foretold + self._spread * mean, self._spread * deviation)

    @staticmethod
    def is_possible(lines: Sequence[Line]) -> bool:
        """Whether there is enough to say anything."""
        return sum(bool(line.curve) and not line.bad for line in lines) >= LEAST


class _Sight:
    """Trials as observations of the process."""

    def __init__(self, cube: Cube, lines: Sequence[Line], ladder: Ladder, history: History | None) -> None:
        self.told = [line for line in lines if line.curve or line.bad]
        scores = np.array(
            [line.at(ladder) if not line.bad else np.full(len(ladder.rungs), np.nan) for line in self.told]
        )
        self.scale = Scale.of(scores)
        heights = self.scale.to_unit(scores)
        ends = heights[:, -1][np.isfinite(heights[:, -1])]
        self.best_end = float(ends.max()) if len(ends) else None
        owner, rung = np.nonzero(np.isfinite(heights))
        found, lengths = heights[owner, rung], np.log(np.array(ladder.rungs))[rung]
        bad = [index for index, line in enumerate(self.told) if line.bad]
        worst = float(found.min()) if len(found) else 0.0
        owner = np.concatenate([owner, np.array(bad, dtype=int)])
        lengths = np.concatenate([lengths, np.full(len(bad), np.log(ladder.end))])
        found = np.concatenate([found, np.full(len(bad), worst)])
        self.prior = None if history is None else Prior.of(history, self.told, owner, found)
        if self.prior is not None:
            found = found - self.prior.heights([line.params for line in self.told])[owner]
        self.mean, self.deviation = float(found.mean()), float(found.std()) + 1e-6
        points = cube.points([line.params for line in self.told])
        self.seen = Observed(points, owner, lengths, (found - self.mean) / self.deviation)


def _fitted(seen: Observed) -> Process:
    return Process.fitted(seen.some(_telling(seen, MOST_FITTED)).compact())


def _telling(seen: Observed, most: int) -> np.ndarray:
    """Which observations to keep of too many: each trial's first and last, its last, or the best and a few."""
    count = len(seen.owner)
    if count <= most:
        return np.arange(count)
    order = np.lexsort((seen.log_length, seen.owner))
    edges = np.flatnonzero(np.diff(seen.owner[order]))
    last, first = order[np.append(edges, count - 1)], order[np.insert(edges + 1, 0, 0)]
    both = np.unique(np.concatenate([first, last]))
    if len(both) <= most:
        return both
    if len(last) <= most:
        return np.sort(last)
    ranked = last[np.argsort(-seen.heights[last], kind="stable")]
    rest = ranked[most // 2 :]
    spread = rest[np.linspace(0, len(rest) - 1, most - most // 2).astype(int)]
    return np.sort(np.concatenate([ranked[: most // 2], spread]))
