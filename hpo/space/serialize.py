"""A space as plain JSON, and back; the ledger keeps it beside the study."""

from __future__ import annotations

from typing import Any

from optuna.distributions import FloatDistribution, IntDistribution, distribution_to_json, json_to_distribution

from hpo.space.categorical import CategoricalDimension
from hpo.space.condition import Condition
from hpo.space.dimension import Dimension
from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension
from hpo.space.prior import prior_from_json
from hpo.space.space import Space


def space_to_dict(space: Space) -> dict[str, Any]:
    """The whole space as plain JSON: `{"dimensions": [...], "fixed": {...}}`.

    Each dimension carries Optuna's own JSON of its distribution, so that other tools can read it.
    """
    return {"dimensions": [_dimension_to_dict(d) for d in space.dimensions], "fixed": dict(space.fixed)}


def space_from_dict(data: dict[str, Any]) -> Space:
    """The reverse of `space_to_dict`. Raises ValueError when a dimension is of no known kind."""
    return Space(tuple(_dimension_from_dict(item) for item in data["dimensions"]), dict(data["fixed"]))


def _dimension_to_dict(dimension: Dimension) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": dimension.name,
        "distribution": distribution_to_json(dimension.distribution),
        "when": [condition.to_dict() for condition in dimension.when],
    }
    if isinstance(dimension, CategoricalDimension):
        found["choices"] = list(dimension.choices)
        found["group"] = dimension.group
    if dimension.prior is not None:
        found["prior"] = dimension.prior.to_json()
    return found


def _dimension_from_dict(data: dict[str, Any]) -> Dimension:
    name, when = data["name"], tuple(Condition.from_dict(condition) for condition in data["when"])
    prior = prior_from_json(data.get("prior"))
    if "choices" in data:
        choices = tuple(data["choices"])
        return CategoricalDimension(name, when, prior=prior, choices=choices, group=data["group"])
    distribution = json_to_distribution(data["distribution"])
    if isinstance(distribution, FloatDistribution):
        return FloatDimension(name, when, prior=prior, ends=distribution)
    if isinstance(distribution, IntDistribution):
        return IntDimension(name, when, prior=prior, ends=distribution)
    raise ValueError(f"{name}: a space has no dimension of {type(distribution).__name__}")
