"""When a dimension is part of a trial: a condition on the value of another dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hpo.space.words import show


def same(left: Any, right: Any) -> bool:
    """Equality in which `true` is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


@dataclass(frozen=True)
class Condition:
    """Holds when the dimension `on` has one of `values`, or lies in an inclusive range.

    Attributes:
        on: Dotted name of the dimension it depends on.
        values: The allowed values; None for a range.
        low: Lower end of the range, inclusive; None: open.
        high: Upper end of the range, inclusive; None: open.
    """

    on: str
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None

    def holds(self, value: Any) -> bool:
        """Whether it holds when the dimension `on` is active and has this value."""
        if self.values is not None:
            return any(same(value, allowed) for allowed in self.values)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.values is not None:
            return f"{self.on} is {' or '.join(show(value) for value in self.values)}"
        if self.high is None:
            return f"{self.on} is at least {show(self.low)}"
        if self.low is None:
            return f"{self.on} is at most {show(self.high)}"
        return f"{self.on} is between {show(self.low)} and {show(self.high)}"

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        if self.values is not None:
            return {"on": self.on, "values": list(self.values)}
        return {"on": self.on, "low": self.low, "high": self.high}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Condition:
        """The reverse of `to_dict`."""
        values = data.get("values")
        return cls(data["on"], None if values is None else tuple(values), data.get("low"), data.get("high"))
