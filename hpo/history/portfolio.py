"""Which configurations to begin with: few that together were good in all earlier sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hpo.history.history import History, Wish
from hpo.space import Space
from hpo.space.grid import active
from hpo.space.words import stable_json

WORST_LOSS = 0.01  # Being among the best hundredth is good enough: no earlier sweep tells finer differences apart.


def portfolio(
    history: History, space: Space, count: int, start: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The configurations themselves; see `wishes`."""
    return [dict(wish.params) for wish in wishes(history, space, count, start)]


def wishes(history: History, space: Space, count: int, start: Mapping[str, Any] | None = None) -> list[Wish]:
    """Configurations of the earlier sweeps, in the order in which they should be tried.

    Greedy: each is the one that most improves the best score so far, averaged over the earlier sweeps (Wistuba et al.
    2015, "Sequential model-free hyperparameter tuning"; zero-shot portfolios, Winkelmolen et al. 2020,
    arXiv:2007.13382). So the second is good where the first was not. A score is the share of trials beaten, on the
    scale of the logarithm of the share not beaten; where a configuration was not tried it is predicted.

    Args:
        space: Of the new sweep; what is no point of it is left out.
        start: The person's own configuration: it is tried in any case, and lends values to dimensions that an earlier
            sweep did not know.
    """
    candidates = _candidates(history, space, start)
    if not candidates or count < 1:
        return []
    scores = _scores(history, candidates)
    utility = -np.log(np.maximum(1 - scores, WORST_LOSS))
    best, chosen = np.zeros(len(history.sweeps)), list[int]()
    if start is not None:
        best = np.maximum(best, -np.log(np.maximum(1 - history.predict([start])[:, 0], WORST_LOSS)))
    while len(chosen) < min(count, len(candidates)):
        gain = np.maximum(best[:, None], utility).mean(axis=0)
        gain += 1e-6 * utility.mean(axis=0)  # Among equals, the one that is good everywhere.
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
        best = np.maximum(best, utility[:, chosen[-1]])
    return [Wish(candidates[index], _why(history, scores[:, index])) for index in chosen]


def _candidates(history: History, space: Space, start: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Every distinct configuration of the earlier sweeps that is a point of the space, and not the start."""
    known = {} if start is None else {stable_json(dict(start)): dict(start)}
    for sweep in history.sweeps:
        for trial in sweep.trials:
            if not trial.broken:
                params = completed(space, trial.params, start or {})
                if not space.contains(params):
                    known.setdefault(stable_json(params), dict(space.decode(space.encode(params))))
    if start is not None:
        del known[stable_json(dict(start))]
    return list(known.values())


def completed(space: Space, params: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with the start's values in the active dimensions that it does not know."""
    found: dict[str, Any] = {}
    for dimension in space.dimensions:
        name = dimension.name
        if active(dimension, found) and (name in params or name in start):
            found[name] = params[name] if name in params else start[name]
    return found


def _scores(history: History, candidates: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """What was measured, else what is predicted; shape (sweeps, candidates)."""
    found = history.predict(candidates)
    places = {stable_json(dict(one)): index for index, one in enumerate(candidates)}
    for row, sweep in enumerate(history.sweeps):
        for trial, score in zip(sweep.trials, sweep.scores, strict=True):
            index = places.get(stable_json(dict(trial.params)))
            if index is not None:
                found[row, index] = score
    return found


def _why(history: History, scores: np.ndarray) -> str:
    names = ", ".join(sweep.name for sweep in history.sweeps[:3]) + (", ..." if len(history.sweeps) > 3 else "")
    best = f"better than {scores.mean():.0%} of the configurations"
    if len(scores) == 1:
        return f"good in the earlier sweep {names}: {best}"
    return f"good in {len(scores)} earlier sweeps ({names}): on average {best}, at worst than {scores.min():.0%}"
