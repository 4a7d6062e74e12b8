"""Fields that carry their own documentation and limits, and the check of a whole tree of them.

The limits stand beside the default, once: the config reference, the checks before a sweep, and the checks at the
ends of every searched range all read them from here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import Problem

REQUIRED = "???"  # OmegaConf's mark for "must be given"; kept as text, so that this package needs no OmegaConf.


@dataclass(frozen=True)
class Limits:
    """What values a field takes. Bounds are inclusive unless named `above` or `below`."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] | None = None

    def violation(self, value: Any) -> str | None:
        """The rule that `value` breaks, in words; None when it breaks none."""
        if self.choices is not None:
            return None if value in self.choices else f"must be one of {', '.join(self.choices)}, got {value!r}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        holds = (
            math.isfinite(value)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )
        return None if holds else f"must be {self}, got {value!r}"

    def __str__(self) -> str:
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        signs = ((">=", self.low), (">", self.above), ("<=", self.high), ("<", self.below))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in signs if bound is not None) or "a finite number"


def opt(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """A dataclass field with its documentation and limits.

    Args:
        default: The default; a list or dict is copied for each instance.
        doc: One sentence for the config reference, with the unit where there is one.
        low, high: Inclusive bounds.
        above, below: Exclusive bounds.
        choices: The only values allowed.
    """
    limits = Limits(low, high, above, below, tuple(choices) if choices is not None else None)
    metadata = {"doc": doc, "limits": limits}
    if isinstance(default, (list, dict)):
        return dataclasses.field(default_factory=lambda: type(default)(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def limits_of(field: dataclasses.Field[Any]) -> Limits:
    """The limits of a field made with `opt`; no limits for any other field."""
    found = field.metadata.get("limits")
    return found if isinstance(found, Limits) else Limits()


def problems_in(spec: Any, path: str = "") -> list[Problem]:
    """Every value in a tree of dataclasses that breaks its field's limits or is missing.

    Args:
        spec: A dataclass instance, nested ones included.
        path: Dotted path of `spec` itself, put before each field's name.
    """
    return list(_walk(spec, path))


def _walk(spec: Any, path: str) -> Iterator[Problem]:
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        where = f"{path}.{field.name}" if path else field.name
        if dataclasses.is_dataclass(value):
            yield from _walk(value, where)
        elif value == REQUIRED:
            yield Problem(where, "must be given", field.metadata.get("doc", ""))
        elif value is not None and (rule := limits_of(field).violation(value)):
            yield Problem(where, rule)
