"""Which trade-offs are worth having: Pareto fronts, and an order of trials under several aims.

Shapes: N trials, M aims. Losses are such that less is better.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Losses = Sequence[Sequence[float]] | np.ndarray


def front_ranks(losses_nm: Losses) -> np.ndarray:
    """Of each trial how many fronts are before its own: 0 where no other is at least as good in all and better in one.

    Non-dominated sorting (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II").

    Returns:
        (N,) int.
    """
    losses = np.asarray(losses_nm, dtype=float)
    ranks = np.full(len(losses), -1)
    if not len(losses):
        return ranks
    no_worse_nn = np.ones((len(losses), len(losses)), dtype=bool)
    for loss_n in losses.T:  # An aim at a time: much faster than over a third axis.
        no_worse_nn &= loss_n[:, None] <= loss_n[None, :]
    dominates_nn = no_worse_nn & ~no_worse_nn.T  # Both ways is equal.
    beaten_by_n = dominates_nn.sum(axis=0)  # How many of those that are left beat each trial.
    rank = 0
    while (ranks < 0).any():
        front = (ranks < 0) & (beaten_by_n == 0)
        ranks[front] = rank
        beaten_by_n -= dominates_nn[front].sum(axis=0)
        rank += 1
    return ranks


def best_first(losses_nm: Losses, count: int | None = None) -> list[int]:
    """Places of the best trials: one front after the other, within each the most different ones first.

    Within a front the best by the first aim comes first, then each time the one that is farthest from all before: the
    epsilon net of Schmucker et al. 2021, "Multi-objective asynchronous successive halving", arXiv:2106.12639.

    Args:
        losses_nm: (N, M).
        count: How many; None: all.
    """
    losses = np.asarray(losses_nm, dtype=float)
    ranks, wanted = front_ranks(losses), len(losses) if count is None else count
    order: list[int] = []
    for rank in range(int(ranks.max(initial=-1)) + 1):
        if len(order) >= wanted:
            break
        members = np.flatnonzero(ranks == rank)
        order += [int(members[place]) for place in _spread(losses[members])]
    return order[:wanted]


def _spread(losses_nm: np.ndarray) -> list[int]:
    known = np.isfinite(losses_nm)
    low = np.min(losses_nm, axis=0, where=known, initial=np.inf)
    high = np.max(losses_nm, axis=0, where=known, initial=-np.inf)
    low = np.where(np.isfinite(low), low, 0.0)
    unit_nm = (np.where(known, losses_nm, low) - low) / np.where(high > low, high - low, 1.0)
    unit_nm = np.where(known, unit_nm, 2.0)  # What was not measured is beyond the worst.
    chosen = [int(np.argmin(unit_nm[:, 0]))]
    away_n = np.linalg.norm(unit_nm - unit_nm[chosen[0]], axis=1)
    while len(chosen) < len(unit_nm):
        away_n[chosen] = -1.0
        farthest = int(np.argmax(away_n))
        chosen.append(farthest)
        away_n = np.minimum(away_n, np.linalg.norm(unit_nm - unit_nm[farthest], axis=1))
    return chosen
