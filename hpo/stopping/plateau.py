"""Whether further trials are expected to improve the best value, from what the earlier ones brought."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from hpo.ledger import Cause, State, TrialRecord
from hpo.stopping.spec import PlateauSpec

_SILENT = (Cause.ERROR, Cause.LOST, Cause.STOPPED_BY_USER)  # Such an end says nothing about the configuration.
MIN_VALUES = 2  # Complete trials, without which there is no improvement to speak of.


def expected_improvement(values: Sequence[float | None], ahead: int) -> float:
    """By how much the last of n trials improved the best value, had the trials come in any other order.

    The mean over all orders of the best of n values minus the best of the first n - `ahead`: a U-statistic (Hoeffding
    1948), so without bias for trials that are exchangeable, as in random search. There, further trials bring less than
    earlier ones; so it is no less than what as many more are expected to bring. A single lucky value does not end a
    sweep: it makes the expectation larger, until enough trials have not come near it.

    A sampler that learns makes later trials better than earlier ones, which the mean over all orders hides. So it is
    never less than what the last trials did bring, in the order in which they came.

    Args:
        values: Of the trials in their order, larger is better; None: no better than any that has a value.
        ahead: How many trials the improvement is of, at least 1.

    Returns:
        The improvement, in the values' unit; infinite when there are not enough values to tell.
    """
    finite = [value for value in values if value is not None]
    if len(finite) < MIN_VALUES or len(values) < 2:
        return math.inf
    worst = min(finite)
    filled = np.array([worst if value is None else value for value in values], dtype=float)
    before = len(filled) - min(ahead, len(filled) - 1)
    return max(_in_any_order(filled, before), float(filled.max() - filled[:before].max()))


def _in_any_order(values: np.ndarray, before: int) -> float:
    """Mean over all orders of by how much the best of all is more than the best of the first `before`.

    The best of a random subset of m of n is the j-th largest (from 0) with probability C(n-1-j, m-1) / C(n, m).
    """
    n = len(values)
    descending = np.sort(values)[::-1]
    j = np.arange(n - before)
    probability = before / n * np.concatenate([[1.0], np.cumprod((n - j - before) / (n - 1 - j))])
    return float(descending[0] - probability @ descending[: n - before + 1])


def plateau(spec: PlateauSpec, records: Iterable[TrialRecord], maximize: bool) -> str:
    """Why further trials are not worth it, with the numbers; empty while they may be.

    A complete trial counts with its best value. A pruned one, or one beyond the limits, counts as no better than
    any other, which is what the scheduler thought: its own value was measured on the way. A failed one does not count.

    Args:
        records: Of the trials, in any order.
    """
    if spec.improvement is None:
        return ""
    told = sorted((r for r in records if r.state.ended and r.cause not in _SILENT), key=lambda r: r.end_seq or 0)
    if len(told) < spec.min_trials:
        return ""
    sign = 1.0 if maximize else -1.0
    values = [sign * r.value if r.value is not None and _is_result(r) else None for r in told]
    expected = expected_improvement(values, spec.ahead)
    if expected >= spec.improvement:
        return ""
    numbers = f"less than sweep.stop.plateau.improvement={spec.improvement:g}"
    return f"after {len(told)} trials, {spec.ahead} more are expected to improve by {expected:.2g}, {numbers}"


def _is_result(record: TrialRecord) -> bool:
    return record.state is State.COMPLETE and record.standing.feasible
