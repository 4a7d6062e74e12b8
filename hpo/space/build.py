"""Builds each dimension and fixed value from its raw keys and from the trial's config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hpo.space.categorical import CategoricalDimension, stored_form
from hpo.space.condition import same
from hpo.space.dimension import Dimension
from hpo.space.fieldtype import coerce, in_words, number_type
from hpo.space.ranges import build_range
from hpo.space.schema import Key
from hpo.space.words import listed, show


def build_group(name: str, raw: Mapping[str, Any], known: Sequence[str]) -> tuple[Dimension | None, list[str]]:
    """The choice among options of a config group; what is wrong if it cannot be built."""
    if "choices" not in raw:
        return None, [f"is a config group: give choices among {listed(known)}, not a range"]
    choices, wrong = _listed_choices(raw["choices"])
    wrong.extend(
        f"there is no option {show(choice)}; allowed: {listed(known)}" for choice in choices if choice not in known
    )
    return (None, wrong) if wrong else (CategoricalDimension(name, choices=tuple(choices), group=True), [])


def build_leaf(name: str, raw: Mapping[str, Any], keys: Sequence[Key]) -> tuple[Dimension | None, list[str]]:
    """A dimension over one field of the config.

    Args:
        name: Dotted name.
        raw: Its reserved keys.
        keys: The field, once for each config option under which the dimension can be active: all must take every value.
    """
    return _build_choices(name, raw, keys) if "choices" in raw else _build_range(name, raw, keys)


def check_value(value: Any, keys: Sequence[Key]) -> tuple[Any, list[str]]:
    """The value in the field's type, and the rules it breaks."""
    try:
        fitted = coerce(keys[0].hint, value)
    except TypeError as error:
        return value, [str(error)]
    return fitted, _limit_problems([fitted], keys)


def _build_range(name: str, raw: Mapping[str, Any], keys: Sequence[Key]) -> tuple[Dimension | None, list[str]]:
    kind = number_type(keys[0].hint)
    if kind is None:
        return None, [f"a range needs a number, but the field is {in_words(keys[0].hint)}; give choices"]
    dimension, wrong = build_range(name, raw, kind)
    if dimension is not None:
        ends: Any = dimension.distribution
        wrong = [
            f"{end} {rule}"
            for end, value in (("low", ends.low), ("high", ends.high))
            for rule in _limit_problems([value], keys)
        ]
    return (None if wrong else dimension), wrong


def _build_choices(name: str, raw: Mapping[str, Any], keys: Sequence[Key]) -> tuple[Dimension | None, list[str]]:
    choices, wrong = _listed_choices(raw["choices"])
    fitted: list[Any] = []
    for choice in choices:
        value, problems = check_value(choice, keys)
        fitted.append(value)
        wrong.extend(f"choice {show(choice)}: {problem}" for problem in problems)
    return (None if wrong else CategoricalDimension(name, choices=tuple(fitted))), wrong


def _listed_choices(raw: Any) -> tuple[list[Any], list[str]]:
    if not isinstance(raw, (list, tuple)):
        return [], [f"choices must be a list, got {show(raw)}"]
    if not raw:
        return [], ["choices must not be empty"]
    twice: list[Any] = []
    for index, choice in enumerate(raw):
        seen = any(same(stored_form(choice), stored_form(other)) for other in raw[:index])
        if seen and not any(same(choice, other) for other in twice):
            twice.append(choice)
    return list(raw), [f"choices must differ, got {show(choice)} more than once" for choice in twice]


def _limit_problems(values: Iterable[Any], keys: Sequence[Key]) -> list[str]:
    rules = [
        rule
        for value in values
        for key in keys
        for item in (value if isinstance(value, list) else [value])
        if item is not None and (rule := key.limits.violation(item))
    ]
    return list(dict.fromkeys(rules))
