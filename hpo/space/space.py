"""The space: what varies in a sweep, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.trial import BaseTrial

from hpo.space.dimension import Dimension
from hpo.space.draw import draw, log_prior
from hpo.space.grid import active, grid_points, grid_size
from hpo.space.parse import parse
from hpo.space.prior import ChoicePrior, NumberPrior
from hpo.space.schema import TrialSchema
from hpo.space.words import nearest, show
from models.errors import Problem


@dataclass(frozen=True)
class Row:
    """One dimension in words, for a table."""

    name: str
    kind: str
    extent: str
    scale: str
    condition: str


@dataclass(frozen=True)
class Start:
    """The person's own configuration as a first point.

    Attributes:
        params: Its values by dotted name, in the config's form; None when it does not lie in the space.
        reason: Why not; empty when it does.
    """

    params: dict[str, Any] | None
    reason: str = ""


@dataclass(frozen=True)
class Space:
    """Dimensions with conditions, and values that are fixed for the whole sweep.

    Params are a plain dict from dotted name to value, with the active dimensions only.

    Attributes:
        dimensions: Each after those its conditions depend on.
        fixed: Values by dotted name that every trial has.
    """

    dimensions: tuple[Dimension, ...]
    fixed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, tree: Mapping[str, Any], schema: TrialSchema) -> Space:
        """Read and check a raw space.

        Args:
            tree: Nested mapping of the shape of the trial's config; a mapping with any of `low high log step choices
                when value` is a dimension, a bare value is fixed.
            schema: The trial's config.

        Raises:
            InputError: Every problem together, each at `space.<dotted name>`.
        """
        return cls(*parse(tree, schema))

    def __getitem__(self, name: str) -> Dimension:
        """The dimension of a dotted name. Raises KeyError when there is none."""
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions' dotted names, in dependency order."""
        return tuple(dimension.name for dimension in self.dimensions)

    def suggest(self, trial: BaseTrial) -> dict[str, Any]:
        """Ask an Optuna trial for a value of each active dimension; returns the params in the config's form."""
        params: dict[str, Any] = {}
        for dimension in self.dimensions:
            if active(dimension, params):
                params[dimension.name] = dimension.suggest(trial)
        return params

    def active(self, params: Mapping[str, Any]) -> tuple[Dimension, ...]:
        """The dimensions that are part of a trial with these params."""
        known: dict[str, Any] = {}
        found: list[Dimension] = []
        for dimension in self.dimensions:
            if active(dimension, known):
                found.append(dimension)
                if dimension.name in params:
                    known[dimension.name] = params[dimension.name]
        return tuple(found)

    def encode(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Params as Optuna stores them. Raises KeyError or ValueError for what is not in the space."""
        return {name: self[name].encode(value) for name, value in params.items()}

    def decode(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Params in the config's form, from an Optuna trial's params."""
        return {name: self[name].decode(value) for name, value in stored.items()}

    def contains(self, params: Mapping[str, Any]) -> list[Problem]:
        """What keeps params from being a point of the space; empty when they are one."""
        wanted = {dimension.name: dimension for dimension in self.active(params)}
        problems: list[Problem] = []
        for name, dimension in wanted.items():
            if name not in params:
                problems.append(Problem(name, "has no value"))
            elif not dimension.contains(params[name]):
                problems.append(Problem(name, f"{show(params[name])} is not in {dimension.extent}"))
        for name in params:
            if name not in self.names:
                problems.append(Problem(name, "is not a dimension of the space", nearest(name, self.names)))
            elif name not in wanted:
                condition = " and ".join(map(str, self[name].when))
                problems.append(Problem(name, "is not part of this trial", f"only when {condition}"))
        return problems

    def draw(self, rng: np.random.Generator, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A configuration at random, as the beliefs say; evenly on each dimension's scale where there is none.

        Args:
            known: Values that it must have.
        """
        return draw(self.dimensions, rng, known)

    def log_prior(self, params: Mapping[str, Any]) -> float:
        """How much more a configuration is believed in than by chance, as a logarithm; 0 without beliefs."""
        return log_prior(self.dimensions, params)

    def grid(self) -> Iterator[dict[str, Any]]:
        """Each distinct point once. Raises InputError when a dimension has no end of values."""
        return grid_points(self.dimensions)

    def grid_size(self) -> int:
        """The number of points of `grid`. Raises InputError when a dimension has no end of values."""
        return grid_size(self.dimensions)

    def start(self, values: Mapping[str, Any]) -> Start:
        """The configuration as it stands, as a point of the space. Nothing is clipped into the range.

        Args:
            values: The config's values by dotted name, the chosen option under each group's own name
                (`TrialSchema.values`).
        """
        here = {d.name: values[d.name] for d in self.active(values) if d.name in values}
        problems = self.contains(here)
        if problems:
            return Start(None, "; ".join(str(problem) for problem in problems))
        return Start(self.decode(self.encode(here)))

    def split_groups(self, params: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        """Params and fixed values together, as (options of config groups, values of single keys)."""
        together = {**self.fixed, **params}
        groups = {name: str(value) for name, value in together.items() if _is_group(name)}
        return groups, {name: value for name, value in together.items() if name not in groups}

    def describe(self) -> list[Row]:
        """One row for each dimension, in words."""
        return [
            Row(
                d.name,
                "option" if _is_group(d.name) else d.kind,
                d.extent,
                _scale(d),
                " and ".join(map(str, d.when)),
            )
            for d in self.dimensions
        ]

    def to_distributions(self) -> dict[str, BaseDistribution]:
        """Every dimension as Optuna knows it, conditions left out."""
        return {dimension.name: dimension.distribution for dimension in self.dimensions}


def _scale(dimension: Dimension) -> str:
    match dimension.prior:
        case NumberPrior():
            return f"{dimension.scale}, {dimension.prior.words(dimension.scale == 'log')}"
        case ChoicePrior():
            named = (f"{show(c)} {w:g}" for c, w in zip(dimension.values(), dimension.prior.weights, strict=True))
            return f"{dimension.scale}, weights {', '.join(named)}"
    return dimension.scale


def _is_group(name: str) -> bool:
    """Only a root is a config group; every field lies under one."""
    return "." not in name
