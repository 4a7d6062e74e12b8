"""The dimensions of a sweep as axes to draw trials along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hpo.space import space_from_dict
from hpo.space.categorical import CategoricalDimension
from hpo.space.scale import Axis as Scale
from hpo.terminal import words


@dataclass(frozen=True)
class Axis:
    """One dimension.

    Attributes:
        name: Its dotted name.
        short: Its last part, where that is not another one's too.
        log: Whether its values are spread by their logarithm.
        low, high: Its ends; None: it has choices.
        choices: Its choices in words, in their order; empty: it has ends.
        values: The same as the config has them.
    """

    name: str
    short: str
    log: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    def place(self, value: Any) -> float | str:
        """Where a value lies on the axis: a number as it is, a choice in words."""
        return words.number(value) if self.choices else float(value)


def axes_of(about: Mapping[str, Any]) -> tuple[Axis, ...]:
    """The axes of a sweep's space, in its order.

    Args:
        about: What the ledger knows of the sweep.
    """
    space = space_from_dict(dict(about["space"]))
    short = short_names(space.names)
    found = []
    for dimension in space.dimensions:
        name = dimension.name
        if isinstance(dimension, CategoricalDimension):
            told = tuple(map(words.number, dimension.choices))
            found.append(Axis(name, short[name], choices=told, values=dimension.choices))
        else:
            low, high = float(dimension.low), float(dimension.high)  # type: ignore[attr-defined]
            found.append(Axis(name, short[name], Scale.of(dimension).log, low, high))  # type: ignore[arg-type]
    return tuple(found)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The last part of each dotted name; the whole where that is not unique."""
    names = list(names)
    last = [name.rsplit(".", 1)[-1] for name in names]
    return {name: part if last.count(part) == 1 else name for name, part in zip(names, last, strict=True)}
