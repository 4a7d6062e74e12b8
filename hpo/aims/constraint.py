"""Limits that a trial must keep: `latency_ms <= 20`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

GRAMMAR = re.compile(r"\s*([^\s<>=]+)\s*(<=|>=|<|>)\s*(\S+)\s*")
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Constraint:
    """One limit.

    Attributes:
        name: Of the quantity or validation metric.
        sign: `<=`, `<`, `>=` or `>`.
        bound: In the quantity's unit.
    """

    name: str
    sign: str
    bound: float

    @classmethod
    def parse(cls, text: str) -> Constraint:
        """Read `name sign number`.

        Raises:
            ValueError: It is something else; the message says the rule.
        """
        found = GRAMMAR.fullmatch(text)
        rule = "must be a name, one of <= < >= >, and a number, as in 'latency_ms <= 20'"
        if found is None:
            raise ValueError(f"{rule}; got {text!r}")
        try:
            bound = float(found[3])
        except ValueError:
            bound = math.nan
        if not math.isfinite(bound):
            raise ValueError(f"{rule}; got {text!r}")
        return cls(found[1], found[2], bound)

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self._bound_text}"

    @property
    def is_upper(self) -> bool:
        """Whether it limits from above."""
        return self.sign.startswith("<")

    def holds(self, value: float) -> bool:
        """Whether a value keeps it; NaN does not."""
        return HOLDS[self.sign](value, self.bound)

    def excess(self, value: float) -> float:
        """How far a value is beyond the bound, as a part of the bound; at most 0 where it is kept.

        As a part, so that seconds and millions of parameters can be added up.
        """
        beyond = value - self.bound if self.is_upper else self.bound - value
        relative = beyond / abs(self.bound) if self.bound else beyond
        return relative if self.holds(value) else max(relative, 1e-9)  # At a strict bound it would be 0.

    def text_of(self, value: float) -> str:
        """The violation in words: `latency_ms is 34.2, not <= 20`."""
        return f"{self.name} is {value:.12g}, not {self.sign} {self._bound_text}"

    @property
    def _bound_text(self) -> str:
        """Exact, since the ledger keeps limits as texts."""
        return str(int(self.bound)) if self.bound.is_integer() else repr(self.bound)


def contradiction(one: Constraint, other: Constraint) -> bool:
    """Whether no value keeps both."""
    if one.name != other.name or one.is_upper == other.is_upper:
        return False
    upper, lower = (one, other) if one.is_upper else (other, one)
    return upper.bound < lower.bound or (upper.bound == lower.bound and {upper.sign, lower.sign} != {"<=", ">="})
