import itertools
import math
import random
import statistics
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.ledger import Cause, State, TrialRecord
from hpo.stopping import PlateauSpec
from hpo.stopping.plateau import expected_improvement, plateau

VALUES = st.lists(st.integers(0, 50).map(float), min_size=2, max_size=7)


@given(VALUES, st.integers(1, 8))
def test_is_the_mean_over_all_orders_and_no_less_than_what_the_last_brought(values: list[float], ahead: int) -> None:
    before = len(values) - min(ahead, len(values) - 1)
    best = max(values)
    in_any = statistics.mean(best - max(first) for first in itertools.combinations(values, before))
    expected = max(in_any, best - max(values[:before]))
    assert expected_improvement(values, ahead) == pytest.approx(expected, abs=1e-9)


def test_random_search_brings_no_more_than_expected() -> None:
    """60 trials of random search, then 5 more: what they bring, over what was expected of them."""
    rng = random.Random(0)
    expected, brought = 0.0, 0.0
    for _ in range(1000):
        values = [rng.random() for _ in range(65)]
        expected += expected_improvement(list(values[:60]), 5)
        brought += max(values) - max(values[:60])
    assert 0.3 < brought / expected < 1


def test_one_lucky_value_and_pruned_trials_make_it_wait_longer() -> None:
    rng = random.Random(0)
    values: list[float | None] = [0.8 + rng.gauss(0, 0.005) for _ in range(40)]
    lucky = [*values[:5], 0.9, *values[6:]]
    assert expected_improvement(lucky, 10) > 5 * expected_improvement(values, 10)
    pruned = [value if i % 4 == 0 else None for i, value in enumerate(values)]
    assert expected_improvement(pruned, 10) > expected_improvement(values, 10)


@pytest.mark.parametrize("values", [[None] * 30, [0.5, *[None] * 30], [], [0.5]])
def test_nothing_is_said_of_too_few_values(values: list[float | None]) -> None:
    assert expected_improvement(values, 10) == math.inf


def record(number: int, value: float | None, cause: Cause | None = None) -> TrialRecord:
    state = State.COMPLETE if cause is None else cause.state
    return TrialRecord(number, state, {}, value=value, cause=cause, end_seq=number + 1)


SPEC = PlateauSpec(improvement=0.005, ahead=5, min_trials=10)


def flat(maximize: bool, trials: int = 12) -> list[TrialRecord]:
    sign = 1 if maximize else -1
    return [record(n, sign * (0.8 + 0.001 * (n % 3))) for n in range(trials)]


@pytest.mark.parametrize("maximize", [True, False])
def test_a_flat_sweep_is_done_and_a_rising_one_is_not(maximize: bool) -> None:
    assert "after 12 trials, 5 more are expected to improve by" in plateau(SPEC, flat(maximize), maximize)
    rising = [record(n, (0.01 if maximize else -0.01) * n) for n in range(100)]
    assert plateau(SPEC, rising, maximize) == ""
    assert plateau(PlateauSpec(), flat(maximize), maximize) == ""


def test_failed_and_running_trials_say_nothing_and_the_order_is_that_of_the_ends() -> None:
    nine = flat(True, 9)
    more = [record(9, None, Cause.ERROR), record(10, 0.1, Cause.STOPPED_BY_USER), TrialRecord(11, State.RUNNING, {})]
    assert plateau(SPEC, [*nine, *more], True) == ""
    assert plateau(SPEC, [*nine, record(9, 0.99, Cause.SCHEDULER)], True)  # Measured on the way: no result.
    late = TrialRecord(0, State.COMPLETE, {}, value=0.9, end_seq=99)
    assert plateau(SPEC, [late, *nine[1:], record(9, 0.8)], True) == ""


def test_a_thousand_trials_take_no_time() -> None:
    records = flat(True, 1000)
    begin = time.perf_counter()
    assert plateau(SPEC, records, True)
    assert time.perf_counter() - begin < 0.05
