"""Trials that lie near one another in the space."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution

from hpo.importance.unit import place
from hpo.ledger import TrialRecord
from hpo.space import Row, Space, space_from_dict


@dataclass(frozen=True)
class Neighbour:
    """A trial beside another.

    Attributes:
        record: The trial.
        distance: Root mean square over the dimensions that either has, each from 0 to 1 on its own scale; another
            option, or a dimension that only one has, counts as 1.
        differs: The dimensions in which it has another value.
    """

    record: TrialRecord
    distance: float
    differs: tuple[str, ...]


def dimensions(about: Mapping[str, Any]) -> list[Row]:
    """What varies in a sweep, in words.

    Args:
        about: What the ledger knows of the sweep.
    """
    return space_from_dict(dict(about["space"])).describe()


def nearest(about: Mapping[str, Any], records: Sequence[TrialRecord], trial: int, count: int = 5) -> list[Neighbour]:
    """The trials nearest to one, the nearest first.

    Args:
        about: What the ledger knows of the sweep.
        records: Its trials.
        trial: Number of the one in the middle.
        count: At most so many.
    """
    space = space_from_dict(dict(about["space"]))
    known = {record.number: record for record in records}
    places = _Places(space)
    here = known[trial]
    others = (places.between(here, record) for record in records if record.number != trial)
    return sorted(others, key=lambda other: (other.distance, other.record.number))[:count]


class _Places:
    """Where values lie, each looked up once."""

    def __init__(self, space: Space) -> None:
        self._distributions = space.to_distributions()
        self._space = space

    def between(self, one: TrialRecord, other: TrialRecord) -> Neighbour:
        names = dict.fromkeys([*one.params, *other.params])
        squares = [self._apart(name, one.params, other.params) ** 2 for name in names]
        distance = math.sqrt(sum(squares) / max(1, len(squares)))
        differs = tuple(name for name in names if one.params.get(name) != other.params.get(name))
        return Neighbour(other, distance, differs)

    def _apart(self, name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        if name not in one or name not in other:
            return 1.0
        distribution = self._distributions.get(name)
        if one[name] == other[name]:
            return 0.0
        if distribution is None or isinstance(distribution, CategoricalDistribution):
            return 1.0
        return abs(_place(distribution, float(one[name])) - _place(distribution, float(other[name])))


@lru_cache(maxsize=4096)
def _place(distribution: BaseDistribution, value: float) -> float:
    return place(distribution, value)
