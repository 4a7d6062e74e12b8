"""Whether early rungs foretell the end: measured, not believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpo.history.history import History
from hpo.surrogate.ladder import Ladder
from hpo.surrogate.line import Line

LEAST_WHOLE = 3  # Whole trainings, before anything is said against a rung.
LEAST_CORRELATION = 0.5  # Rank correlation of a rung with the end, below which it is not gone by.
FORETOLD_TRIALS = 10.0  # Whole trainings that the correlations of earlier sweeps are worth.
FORETOLD_FROM = 10  # Whole trainings of an earlier sweep, for its correlations to count.
LATEST = 1 / 3  # Of the whole length: where rungs up to there all fail, none is gone by.


def correlations(lines: Sequence[Line], ladder: Ladder) -> np.ndarray | None:
    """Spearman's rank correlation of each rung but the last with the end, over whole trainings.

    Returns:
        Shape (rungs - 1,), 0 where it is not defined; None when there are too few whole trainings.
    """
    whole = [line for line in lines if line.whole and not line.bad]
    if len(whole) < LEAST_WHOLE or len(ladder.rungs) < 2:
        return None
    scores = np.array([line.at(ladder) for line in whole])
    ends = scores[:, -1]
    found = [_rank_correlation(scores[:, rung], ends) for rung in range(scores.shape[1] - 1)]
    return np.array(found)


def foretold(history: History, ladder: Ladder) -> np.ndarray | None:
    """The same correlations in the earlier sweeps, at the same shares of the whole length; averaged over them.

    Returns:
        Shape (rungs - 1,); None when no earlier sweep has enough whole trainings.
    """
    found = []
    for sweep in history.sweeps:
        sign = 1.0 if sweep.maximize else -1.0
        curves = [{at * ladder.end: sign * value for at, value in t.curve} for t in sweep.trials if t.complete]
        lines = [Line({}, curve, whole=True) for curve in curves if curve]
        each = correlations(lines, ladder) if len(lines) >= FORETOLD_FROM else None
        found += [] if each is None else [each]
    return np.mean(found, axis=0) if found else None


def trusted(lines: Sequence[Line], ladder: Ladder, expected: np.ndarray | None = None) -> Ladder:
    """The ladder without the rungs that do not foretell the end.

    Whole trainings that earlier sweeps proposed are all good, and their order among each other says little of whether
    rungs tell good from bad. So what was found there counts as `FORETOLD_TRIALS` trainings beside the sweep's own,
    of which three less are counted (Fisher 1921: the variance of a transformed correlation is 1 / (n - 3)).

    A rung is gone by only if it and all later ones correlate enough. Where the first such rung comes so late that
    little would be saved, only whole trainings are compared.

    Args:
        lines: The trials.
        ladder: All rungs.
        expected: What is `foretold` of them; None: nothing.
    """
    found = correlations(lines, ladder)
    if found is None:
        return ladder
    if expected is not None:
        own = sum(line.whole and not line.bad for line in lines) - LEAST_WHOLE
        found = (FORETOLD_TRIALS * expected + own * found) / (FORETOLD_TRIALS + own)
    low = np.flatnonzero(found < LEAST_CORRELATION)
    first = int(low[-1]) + 1 if len(low) else 0
    return ladder.above(first if ladder.rungs[first] <= LATEST * ladder.end else len(ladder.rungs) - 1)


def _rank_correlation(left: np.ndarray, right: np.ndarray) -> float:
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < LEAST_WHOLE or np.ptp(left[both]) == 0 or np.ptp(right[both]) == 0:
        return 0.0
    from scipy.stats import spearmanr  # noqa: PLC0415  # 40 MiB, which who only reads sweeps does without

    return float(spearmanr(left[both], right[both])[0])
