"""How good trials were, where some were stopped before their end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hpo.ledger import Cause, State, TrialRecord

_BAD = (Cause.DIVERGED, Cause.OUT_OF_MEMORY, Cause.INFEASIBLE)  # The configuration itself cannot be used.
_Key = tuple[int, float, float]


def ranked(records: Iterable[TrialRecord], maximize: bool) -> dict[int, float]:
    """Each trial's rank by its number: 1 for the best, towards 0 for the worst; equals share theirs.

    Complete trials come first, by their best values; then those that were pruned or paused, by how far they came, then
    by their last value; last those whose configuration cannot be used. Ranks, since a value that was measured on the
    way is not one at the end, and since one terrible loss would hide all else. Trials that run, or failed for reasons
    of their own, have no rank.
    """
    keys = {record.number: key for record in records if (key := _key(record, maximize)) is not None}
    if not keys:
        return {}
    counts = Counter(keys.values())
    rank_of: dict[_Key, float] = {}
    below = 0
    for key in sorted(counts):
        rank_of[key] = (below + (counts[key] + 1) / 2) / len(keys)
        below += counts[key]
    return {number: rank_of[key] for number, key in keys.items()}


def _key(record: TrialRecord, maximize: bool) -> _Key | None:
    """The more, the better."""
    sign = 1.0 if maximize else -1.0
    if record.cause in _BAD:
        return 0, 0.0, 0.0
    if record.state is State.COMPLETE and record.value is not None:
        return 2, 0.0, sign * record.value
    if record.state in (State.PRUNED, State.PAUSED) and record.curve:
        return 1, record.epochs, sign * record.curve[max(record.curve)]
    return None
