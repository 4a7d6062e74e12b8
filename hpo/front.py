"""The trials of a sweep with several aims between which only a person can choose."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.aims import front_ranks
from hpo.ledger import State, TrialRecord


def front(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """The Pareto front: complete trials that keep every limit, and that no other such one beats in all aims.

    Of equal trials only the earliest. With one aim there is none.

    Returns:
        The best by the first aim first.
    """
    able = [r for r in records if r.state is State.COMPLETE and r.standing.losses and r.standing.feasible]
    ranks = front_ranks([record.standing.losses for record in able])
    found: dict[tuple[float, ...], TrialRecord] = {}
    for record, rank in zip(able, ranks, strict=True):
        if rank == 0:
            found.setdefault(record.standing.losses, record)
    return sorted(found.values(), key=lambda record: (record.standing.losses, record.number))
