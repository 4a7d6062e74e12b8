import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures import curves
from dashboards.figures.curves import FEWEST, thinned
from hpo.results import Look, State

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


def test_the_points_are_those_of_the_ledger(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    made = curves(look)
    assert made is not None
    traces = {trace.name: trace for trace in made.data}
    for state in (State.COMPLETE, State.PRUNED):
        trace = traces[state.value]
        drawn = {(n, x, y) for n, x, y in zip(trace.customdata, trace.x, trace.y, strict=True) if n is not None}
        assert drawn == {
            (record.number, entry["epoch"], float(f"{entry['metrics']['accuracy']:.6g}"))
            for record in look.records
            if record.state is state
            for entry in record.evaluations
        }


def test_lines_of_two_trials_are_not_joined(look_of: Callable[[str], Look]) -> None:
    made = curves(look_of("plain"))
    assert made is not None
    numbers = next(trace for trace in made.data if trace.name == "complete").customdata
    assert all(one == other or None in (one, other) for one, other in itertools.pairwise(numbers))


@given(VALUES, st.integers(FEWEST, 50), st.booleans())
def test_thinning_keeps_both_ends_and_the_best(values: list[float], most: int, maximize: bool) -> None:
    points = [(float(at), value) for at, value in enumerate(values)]
    kept = thinned(points, most, maximize)
    assert len(kept) <= max(most, 1)
    assert kept == sorted(set(kept) & set(points))
    assert {kept[0], kept[-1]} == {points[0], points[-1]}
    best = max(values) if maximize else min(values)
    assert best in [value for _, value in kept]


def test_a_sweep_without_values_has_no_curves(look_of: Callable[[str], Look]) -> None:
    look = look_of("plain")
    nothing = Look(look.name, look.about, (), look.maximize, look.status)
    assert curves(nothing) is None


@pytest.mark.parametrize("name", ["one", "going", "population"])
def test_the_best_is_on_top(look_of: Callable[[str], Look], name: str) -> None:
    made = curves(look_of(name))
    assert made is not None
    assert made.data[-1].name.endswith(", the best")
