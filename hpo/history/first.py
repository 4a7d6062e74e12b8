"""Whether to go on trying what was good in earlier sweeps first, or to see that it does not hold here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpo.history.past import PastSweep

MOST_BAD = 2  # After so many that were not good here, unless as many were.
ALONE = 2  # So many are tried before there is anything else to compare them with.
UNSEEN = 2  # So many, of all that come from earlier sweeps, may run without a result: what many slots can cost at most.


def is_refuted(own: PastSweep, numbers: Sequence[int], tried: Sequence[int]) -> bool:
    """Whether what was good before is not good here.

    Each configuration that was tried because of the earlier sweeps is compared with the others, such as the person's
    own: it is bad when it loses to more of them than it beats. They are given up when `MOST_BAD` were bad, and fewer
    good: so a misleading history costs few trials.

    Args:
        own: What is known of the sweep's own trials.
        numbers: Their numbers.
        tried: Numbers of the trials that were made because of the earlier sweeps.
    """
    mine = np.array([number in set(tried) for number in numbers], dtype=bool)
    if not mine.any() or mine.all():
        return False
    beaten = own.wins[np.ix_(mine, ~mine)].mean(axis=1)
    bad, good = int((beaten < 0.5).sum()), int((beaten > 0.5).sum())
    return bad >= MOST_BAD and bad > good
