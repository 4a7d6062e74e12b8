"""Reads `when`, and checks it against the dimensions it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hpo.space.categorical import CategoricalDimension
from hpo.space.condition import Condition
from hpo.space.dimension import Dimension
from hpo.space.fieldtype import coerce
from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension
from hpo.space.words import nearest, show
from models.errors import Problem


def read_when(
    name: str,
    when: Any,
    dimensions: Mapping[str, Dimension],
    fixed: Mapping[str, Any],
    broken: Collection[str],
) -> tuple[tuple[Condition, ...], list[Problem]]:
    """The conditions of one dimension, and what is wrong with them.

    Args:
        name: Dotted name of the dimension that has the conditions.
        when: The raw mapping from dotted name to value, list of values, or range; None: no conditions.
        dimensions: Every dimension that could be built.
        fixed: The fixed values, on which no condition may stand.
        broken: Names of dimensions with problems of their own, which are not complained about again.
    """
    where = f"space.{name}.when"
    if when is None:
        return (), []
    if not isinstance(when, Mapping) or not when:
        return (), [Problem(where, f"must map a dimension's name to a value, a list or a range, got {show(when)}")]
    conditions: list[Condition] = []
    problems: list[Problem] = []
    for on, wanted in when.items():
        if on in dimensions:
            condition, wrong = _read_one(dimensions[on], wanted)
            problems.extend(Problem(f"{where}.{on}", message) for message in wrong)
            if condition is not None:
                conditions.append(condition)
        elif on in fixed:
            message = f"is fixed to {show(fixed[on])}, so a condition on it never changes"
            problems.append(Problem(f"{where}.{on}", message, "remove the condition, or let it vary"))
        elif on not in broken:
            known = {*dimensions, *broken}
            problems.append(Problem(f"{where}.{on}", "is not a dimension of the space", nearest(str(on), known)))
    return tuple(conditions), problems


def _read_one(dimension: Dimension, wanted: Any) -> tuple[Condition | None, list[str]]:
    if isinstance(wanted, Mapping):
        return _read_range(dimension, wanted)
    whole = _in_type(dimension, wanted)
    if isinstance(wanted, (list, tuple)) and not dimension.contains(whole):
        values = [_in_type(dimension, value) for value in wanted]
        if not values:
            return None, ["an empty list allows nothing"]
    else:
        values = [whole]
    never = [value for value in values if not dimension.contains(value)]
    if never:
        return None, [f"can never be {show(value)}; it is {_extent(dimension)}" for value in never]
    return Condition(dimension.name, values=tuple(values)), []


def _read_range(dimension: Dimension, wanted: Mapping[Any, Any]) -> tuple[Condition | None, list[str]]:
    unknown = [key for key in wanted if key not in ("low", "high")]
    if unknown or not wanted:
        return None, [f"a range takes low and high, got {show(list(wanted))}"]
    ends: dict[str, float | None] = {"low": None, "high": None}
    for key, end in wanted.items():
        try:
            ends[key] = None if end is None else coerce(float, end)
        except TypeError as error:
            return None, [f"{key} {error}"]
    low, high = ends["low"], ends["high"]
    if low is None and high is None:
        return None, ["a range needs low or high"]
    if low is not None and high is not None and low > high:
        return None, [f"low must not be more than high, got low {show(low)} and high {show(high)}"]
    condition = Condition(dimension.name, low=low, high=high)
    if not dimension.reaches(low, high):
        return None, [f"never holds: {condition}, but it is {_extent(dimension)}"]
    return condition, []


def _in_type(dimension: Dimension, value: Any) -> Any:
    """Text that reads as a number, as a number, where the dimension is one."""
    if isinstance(dimension, (FloatDimension, IntDimension)):
        try:
            return coerce(float if isinstance(dimension, FloatDimension) else int, value)
        except TypeError:
            return value
    return list(value) if isinstance(value, tuple) else value


def _extent(dimension: Dimension) -> str:
    return f"one of {dimension.extent}" if isinstance(dimension, CategoricalDimension) else dimension.extent
