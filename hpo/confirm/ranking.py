"""The confirmed ranking: by the mean under fresh seeds, with what can and what cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from hpo.confirm.retraining import Retraining
from hpo.confirm.statistics import Interval, difference, holm, interval
from hpo.ledger import Cause, State, TrialRecord

NOTHING: Mapping[int, Sequence[str]] = MappingProxyType({})
UNSTABLE = (Cause.DIVERGED, Cause.OUT_OF_MEMORY)  # Ends that say something about the configuration.


@dataclass(frozen=True)
class Confirmed:
    """One configuration, as its retrainings found it.

    Attributes:
        number: Of the trial of the search that had it.
        searched: The value that the search found.
        values: Of the retrainings that were trained to their end, by seed.
        interval: Mean and confidence interval of the values; None when there are none.
        unstable: How many retrainings diverged or ran out of memory.
        failed: How many ended without a result for another reason.
        run: Number of the retraining with the best value, whose weights are kept; None: there is none.
        broken: The limits that a retraining did not keep, in words, by seed.
        p_value: How likely a difference to the first of the ranking as large as this one is where there is none, for
            all comparisons together; None for the first itself, and where it is not compared.
        tie: Whether it cannot be told from the first.
    """

    number: int
    searched: float
    values: Mapping[int, float]
    interval: Interval | None
    unstable: int
    failed: int
    run: int | None
    broken: Mapping[int, Sequence[str]] = field(default_factory=dict)
    p_value: float | None = None
    tie: bool = False

    def optimism(self, maximize: bool) -> float | None:
        """By how much the search's value looks better than the mean; below 0: by how much worse."""
        if self.interval is None:
            return None
        gap = self.searched - self.interval.mean
        return gap if maximize else -gap


def ranked(
    searched: Mapping[int, float],
    records: Iterable[TrialRecord],
    *,
    maximize: bool,
    level: float,
    broken: Mapping[int, Sequence[str]] = NOTHING,
) -> list[Confirmed]:
    """Every configuration that was trained again, the best mean first.

    One that diverged or ran out of memory under a seed comes after all that did not, one that broke a limit of the
    sweep under a seed after those, and one without a value last.
    Those that cannot be told from the first by Welch's t-test are marked as ties; the tests are corrected by Holm's
    method, so that the level holds for the ranking as a whole.

    Args:
        searched: Values that the search found, by the trial's number.
        records: Of the retrainings; one that has not ended is left out, and the first of two under the same seed kept.
        maximize: Whether more of the metric is better.
        level: Of the intervals, and of what counts as a difference.
        broken: The limits that a retraining did not keep, in words, by its number.
    """
    by_number: dict[int, list[TrialRecord]] = {}
    for record in records:
        if record.state.ended:
            by_number.setdefault(Retraining.of(record).configuration, []).append(record)
    found = [_confirmed(number, searched[number], own, maximize, level, broken) for number, own in by_number.items()]
    found.sort(key=lambda one: _place(one, maximize))
    return _with_ties(found, level)


def _confirmed(
    number: int,
    searched: float,
    records: Sequence[TrialRecord],
    maximize: bool,
    level: float,
    broken: Mapping[int, Sequence[str]],
) -> Confirmed:
    values: dict[int, float] = {}
    runs: dict[int, int] = {}
    for record in sorted(records, key=lambda record: record.number):
        seed = Retraining.of(record).seed
        if record.state is State.COMPLETE and record.value is not None and seed not in values:
            values[seed], runs[seed] = record.value, record.number
    best = min(values, key=lambda seed: (-values[seed] if maximize else values[seed], runs[seed]), default=None)
    unstable = sum(record.cause in UNSTABLE for record in records)
    return Confirmed(
        number=number,
        searched=searched,
        values=values,
        interval=interval(list(values.values()), level) if values else None,
        unstable=unstable,
        failed=sum(record.state is not State.COMPLETE for record in records) - unstable,
        run=None if best is None else runs[best],
        broken={seed: broken[run] for seed, run in runs.items() if broken.get(run)},
    )


def _place(one: Confirmed, maximize: bool) -> tuple[bool, bool, bool, float, int]:
    mean = 0.0 if one.interval is None else one.interval.mean
    return one.interval is None, *_flaws(one), -mean if maximize else mean, one.number


def _flaws(one: Confirmed) -> tuple[bool, bool]:
    """What puts it behind others whatever its mean."""
    return bool(one.broken), one.unstable > 0


def _with_ties(found: list[Confirmed], level: float) -> list[Confirmed]:
    """Only what has the first one's flaws, or as few, is compared with it: others are behind for another reason."""
    if not found or found[0].interval is None:
        return found
    first, rest = found[0], found[1:]
    comparable = [one for one in rest if one.values and _flaws(one) == _flaws(first)]
    p_values = holm([difference(list(first.values.values()), list(one.values.values())) for one in comparable])
    judged = {one.number: p_value for one, p_value in zip(comparable, p_values, strict=True)}
    return [
        replace(one, p_value=judged[one.number], tie=judged[one.number] > 1 - level) if one.number in judged else one
        for one in found
    ]
