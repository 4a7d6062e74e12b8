import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.aims import Constraint
from hpo.aims.constraint import contradiction

NUMBERS = st.floats(-1e6, 1e6)
SIGNS = st.sampled_from(["<=", "<", ">=", ">"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("latency_ms <= 20", Constraint("latency_ms", "<=", 20.0)),
        ("latency_ms<=20", Constraint("latency_ms", "<=", 20.0)),
        ("  total_parameters < 3e7 ", Constraint("total_parameters", "<", 3e7)),
        ("mood/accuracy >= .5", Constraint("mood/accuracy", ">=", 0.5)),
    ],
)
def test_reads_a_name_a_sign_and_a_number(text: str, expected: Constraint) -> None:
    assert Constraint.parse(text) == expected


@pytest.mark.parametrize("text", ["", "latency_ms", "latency_ms = 20", "20 >= latency_ms >= 1", "x <= y", "x <= nan"])
def test_anything_else_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(ValueError, match="must be a name") as raised:
        Constraint.parse(text)
    assert repr(text) in str(raised.value)


@given(NUMBERS, SIGNS)
def test_its_text_is_read_again_as_it_was(bound: float, sign: str) -> None:
    limit = Constraint("x", sign, bound)
    assert Constraint.parse(str(limit)) == limit


@given(NUMBERS, SIGNS, NUMBERS)
def test_the_excess_is_positive_exactly_where_the_limit_is_broken(bound: float, sign: str, value: float) -> None:
    limit = Constraint("x", sign, bound)
    assert (limit.excess(value) <= 0) == limit.holds(value)


def test_the_excess_is_a_part_of_the_bound() -> None:
    assert Constraint("x", "<=", 20.0).excess(30.0) == pytest.approx(0.5)
    assert Constraint("x", ">=", 1e6).excess(5e5) == pytest.approx(0.5)
    assert Constraint("x", "<=", 0.0).excess(3.0) == 3.0


def test_nan_keeps_no_limit() -> None:
    assert not Constraint("x", "<=", 1.0).holds(math.nan)


@given(NUMBERS, SIGNS, NUMBERS, SIGNS)
def test_limits_contradict_where_no_value_keeps_both(one: float, sign: str, other: float, other_sign: str) -> None:
    limits = Constraint("x", sign, one), Constraint("x", other_sign, other)
    near = [
        v for bound in (one, other) for v in (bound, math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
    ]
    candidates = [*near, (one + other) / 2, -2e6, 2e6]
    possible = any(all(limit.holds(value) for limit in limits) for value in candidates)
    assert contradiction(*limits) == (not possible)


def test_limits_on_different_names_do_not_contradict() -> None:
    assert not contradiction(Constraint("x", "<", 1.0), Constraint("y", ">", 2.0))


def test_a_violation_is_said_with_its_numbers() -> None:
    assert Constraint("latency_ms", "<=", 20.0).text_of(34.25) == "latency_ms is 34.25, not <= 20"
