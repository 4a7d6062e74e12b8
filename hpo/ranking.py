"""Which trials are better."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.ledger import State, TrialRecord


def best_trial(records: Sequence[TrialRecord], maximize: bool) -> TrialRecord | None:
    """The best complete trial; the best other one where none is complete.

    None where none has a value and keeps every limit of the sweep.
    """
    candidates = [record for record in by_merit(records, maximize) if record.standing.feasible]
    return candidates[0] if candidates else None


def by_merit(records: Sequence[TrialRecord], maximize: bool) -> list[TrialRecord]:
    """Trials with a value: the complete ones first, since a pruned one's value was measured on the way.

    Those that do not keep the sweep's limits come last.
    """
    ranked = ranking(records, maximize)
    return sorted(ranked, key=lambda record: (not record.standing.feasible, record.state is not State.COMPLETE))


def ranking(records: Sequence[TrialRecord], maximize: bool) -> list[TrialRecord]:
    """Trials with a value, the best first; of equals, the better by the further aims, then the earlier."""

    def key(record: TrialRecord) -> tuple[float, bool, tuple[float, ...], int]:
        value, losses = record.value if record.value is not None else 0.0, record.standing.losses
        return (-value if maximize else value, losses == (), losses[1:], record.number)

    return sorted((record for record in records if record.value is not None), key=key)
