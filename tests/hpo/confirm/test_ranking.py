"""Who is first, who is a tie, and what counts against a configuration."""

from __future__ import annotations

import pytest

from hpo.confirm.ranking import Confirmed, ranked
from hpo.confirm.retraining import CONFIGURATION, SEED
from hpo.ledger import Cause, State, TrialRecord

Values = list[float | Cause]


def records_of(values: dict[int, Values]) -> list[TrialRecord]:
    """Retrainings by configuration: a value each, or the cause of its end."""
    found: list[TrialRecord] = []
    for configuration, own in values.items():
        for seed, value in enumerate(own):
            params = {CONFIGURATION: configuration, SEED: 1000 + seed}
            cause = value if isinstance(value, Cause) else None
            state = State.COMPLETE if cause is None else cause.state
            reached = None if isinstance(value, Cause) else value
            found.append(TrialRecord(len(found), state, params, value=reached, cause=cause))
    return found


def rank(values: dict[int, Values], *, maximize: bool = True, level: float = 0.95) -> list[Confirmed]:
    return ranked(dict.fromkeys(values, 0.5), records_of(values), maximize=maximize, level=level)


def test_the_best_mean_is_first_whatever_the_search_found() -> None:
    values: dict[int, Values] = {3: [0.7, 0.8, 0.9], 5: [0.91, 0.92, 0.93], 8: [0.1, 0.2, 0.3]}
    assert [one.number for one in rank(values)] == [5, 3, 8]
    assert [one.number for one in rank(values, maximize=False)] == [8, 3, 5]


def test_ties_are_what_cannot_be_told_from_the_first() -> None:
    first, near, far = rank({0: [0.80, 0.82, 0.84], 1: [0.79, 0.81, 0.83], 2: [0.50, 0.51, 0.52]})
    assert (first.tie, near.tie, far.tie) == (False, True, False)
    assert first.p_value is None
    assert near.p_value is not None
    assert far.p_value is not None
    assert far.p_value < 0.05 < near.p_value
    assert [one.tie for one in rank({0: [0.80, 0.82, 0.84], 2: [0.50, 0.51, 0.52]}, level=0.9999999)] == [False, True]


def test_more_rivals_make_a_difference_harder_to_claim() -> None:
    """The same pair: a difference alone, a tie among many, since one of many is far by chance."""
    pair: dict[int, Values] = {0: [0.80, 0.82, 0.84], 1: [0.74, 0.76, 0.78]}
    among = pair | {number: [0.73, 0.75, 0.77] for number in range(2, 8)}
    assert [one.tie for one in rank(pair)] == [False, False]
    assert rank(among)[1].tie


def test_what_diverges_under_a_seed_comes_after_what_never_does() -> None:
    first, second, last = rank({0: [0.9, 0.95, Cause.DIVERGED], 1: [0.6, 0.5, 0.4], 2: [Cause.OUT_OF_MEMORY] * 3})
    assert [one.number for one in (first, second, last)] == [1, 0, 2]
    assert (second.unstable, second.failed, second.tie, second.p_value) == (1, 0, False, None)
    assert (last.unstable, last.interval, last.run) == (3, None, None)


def test_what_was_lost_does_not_count_against_it() -> None:
    first, second = rank({0: [0.9, 0.95, Cause.LOST], 1: [0.6, 0.5, 0.4]})
    assert (first.number, first.failed, first.unstable, len(first.values)) == (0, 1, 0, 2)
    assert second.number == 1


def test_the_run_with_the_best_value_is_delivered() -> None:
    records = records_of({4: [0.7, 0.9, 0.8], 6: [0.2, 0.1, 0.3]})
    runs = {one.number: one.run for one in ranked({4: 0.9, 6: 0.3}, records, maximize=True, level=0.95)}
    assert runs == {4: 1, 6: 5}
    assert ranked({4: 0.9, 6: 0.3}, records, maximize=False, level=0.95)[0].run == 4


@pytest.mark.parametrize(("maximize", "optimism"), [(True, 0.1), (False, -0.1)])
def test_optimism_is_how_much_too_good_the_search_looked(maximize: bool, optimism: float) -> None:
    (one,) = ranked({0: 0.9}, records_of({0: [0.7, 0.8, 0.9]}), maximize=maximize, level=0.95)
    assert one.optimism(maximize) == pytest.approx(optimism)


def test_one_seed_twice_counts_once_and_what_runs_does_not() -> None:
    records = records_of({0: [0.7, 0.8, 0.9]})
    twin = TrialRecord(9, State.COMPLETE, dict(records[0].params), value=0.1)
    running = TrialRecord(10, State.RUNNING, {CONFIGURATION: 1, SEED: 1000})
    (one,) = ranked({0: 0.5, 1: 0.5}, [*records, twin, running], maximize=True, level=0.95)
    assert dict(one.values) == {1000: 0.7, 1001: 0.8, 1002: 0.9}


def test_what_breaks_a_limit_under_a_seed_comes_after_what_never_does() -> None:
    values: dict[int, Values] = {0: [0.9, 0.95, 0.9], 1: [0.6, 0.5, 0.4], 2: [0.3, 0.2, Cause.DIVERGED]}
    broken = {1: ("latency_ms is 21, not <= 20",)}
    first, second, last = ranked(
        dict.fromkeys(values, 0.5), records_of(values), maximize=True, level=0.95, broken=broken
    )
    assert [one.number for one in (first, second, last)] == [1, 2, 0]
    assert (last.broken, last.p_value, last.tie) == ({1001: broken[1]}, None, False)
    assert not first.broken
