"""How far earlier sweeps are to be believed, by how well they foretell the trials of the sweep itself."""

from __future__ import annotations

import numpy as np

BELIEF = 0.5  # Agreement that is assumed before there is a trial: what similar trainings were measured to have.
BELIEF_TRIALS = 4.0  # Trials that this assumption is worth.
_EVEN = 1 / 3  # Mean difference between two predictions that are spread evenly over 0 to 1.


def weights(predicted: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The weight of each earlier sweep.

    As in the ranking-weighted ensemble (RGPE, Feurer et al. 2018, arXiv:1802.02219), an earlier sweep counts by how it
    orders the pairs of trials of the sweep itself; here without draws from a posterior. A pair counts by how different
    it was predicted to be: configurations which are all said to be good do not refute the prediction by not being good
    in the very order. The agreement, from -1 to 1, is drawn to `BELIEF` while there is little evidence; where it is
    negative the weight is 0.

    Args:
        predicted: Predicted scores of the sweep's own trials in each earlier sweep, shape (sweeps, trials).
        scores: Their own scores, shape (trials,).

    Returns:
        Shape (sweeps,), each from 0 to 1.
    """
    count = len(scores)
    if count < 2:
        return np.full(len(predicted), BELIEF)
    left, right = np.triu_indices(count, 1)
    said = predicted[:, left] - predicted[:, right]
    gaps = np.abs(said)
    total = gaps.sum(axis=1)
    agreed = (said * np.sign(scores[left] - scores[right])).sum(axis=1)
    agreement = np.divide(agreed, total, out=np.zeros(len(predicted)), where=total > 0)
    evidence = count * np.minimum(1.0, total / len(left) / _EVEN)
    shrunk = (BELIEF_TRIALS * BELIEF + evidence * agreement) / (BELIEF_TRIALS + evidence)
    found: np.ndarray = np.maximum(0.0, shrunk)
    return found
