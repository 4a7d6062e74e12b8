"""Whether a value from YAML fits a config field's type, and the value in that type."""

from __future__ import annotations

import types
import typing
from typing import Any

from hpo.space.words import show

_WORDS = {type(None): "null", bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of a union; the type itself when it is none."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


def number_type(hint: Any) -> type[int] | type[float] | None:
    """`float` or `int` when the field takes numbers, else None."""
    found = alternatives(hint)
    return float if float in found else int if int in found else None


def in_words(hint: Any) -> str:
    """The type as a person says it: `a whole number or null`."""
    parts = [_one_in_words(part) for part in alternatives(hint)]
    return " or ".join(parts)


def _one_in_words(part: Any) -> str:
    if typing.get_origin(part) is list:
        (item,) = typing.get_args(part) or (Any,)
        return f"a list of {_one_in_words(item)}"
    return _WORDS.get(part, "a list" if part is list else getattr(part, "__name__", str(part)))


def coerce(hint: Any, value: Any) -> Any:
    """The value in the field's type.

    A whole number is taken for a float, and text that reads as a number for a number, since YAML 1.1 reads `1e-4` as
    text. A float is never taken for a whole number.

    Raises:
        TypeError: It does not fit; the message says what was got and what is allowed.
    """
    for part in alternatives(hint):
        if _fits(part, value):
            return [coerce(_item(part), item) for item in value] if isinstance(value, (list, tuple)) else value
    kind = number_type(hint)
    if kind is not None and isinstance(value, (str, int)) and not isinstance(value, bool):
        try:
            return kind(value)
        except (ValueError, OverflowError):
            pass
    got = "null" if value is None else f"{show(value)} ({_one_in_words(type(value))})"
    raise TypeError(f"must be {in_words(hint)}, got {got}")


def _fits(part: Any, value: Any) -> bool:
    if part is Any:
        return True
    if isinstance(value, (list, tuple)):
        return (part is list or typing.get_origin(part) is list) and all(
            any(_fits(kind, item) for kind in alternatives(_item(part))) for item in value
        )
    if isinstance(value, bool):
        return part is bool
    return isinstance(part, type) and isinstance(value, part)


def _item(part: Any) -> Any:
    return next(iter(typing.get_args(part)), Any)
