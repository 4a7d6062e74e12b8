"""Reads `prior`, and checks it against the dimension that it is about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hpo.space.categorical import CategoricalDimension
from hpo.space.condition import same
from hpo.space.dimension import Dimension
from hpo.space.fieldtype import coerce
from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension
from hpo.space.prior import ChoicePrior, NumberPrior, Prior
from hpo.space.words import listed, show
from models.errors import Problem


def read_prior(dimension: Dimension, raw: Any) -> tuple[Prior | None, list[Problem]]:
    """The belief about one dimension, and what is wrong with it.

    Args:
        dimension: The dimension without it.
        raw: `{center, width}` of a number; weights by choice of a category; None: nothing is believed.
    """
    if raw is None:
        return None, []
    if isinstance(dimension, CategoricalDimension):
        prior, wrong = _weights(dimension, raw)
    else:
        assert isinstance(dimension, (FloatDimension, IntDimension))
        prior, wrong = _center_and_width(dimension, raw)
    return prior, [Problem(f"space.{dimension.name}.prior", *one) for one in wrong]


def far_beliefs(dimensions: tuple[Dimension, ...]) -> list[str]:
    """What a person should know: beliefs whose center lies outside of the range."""
    return [
        f"space.{d.name}.prior: the center {show(d.prior.center)} is outside of {d.extent}; the nearest end counts"
        for d in dimensions
        if isinstance(d, (FloatDimension, IntDimension)) and isinstance(d.prior, NumberPrior)
        if not d.low <= d.prior.center <= d.high
    ]


def _center_and_width(dimension: FloatDimension | IntDimension, raw: Any) -> tuple[Prior | None, list[tuple[str, str]]]:
    if not isinstance(raw, Mapping) or set(raw) != {"center", "width"}:
        return None, [(f"must give center and width, and nothing else, got {show(raw)}", "{center: 3e-4, width: 3}")]
    wrong: list[tuple[str, str]] = []
    found: dict[str, float] = {}
    for key, value in raw.items():
        try:
            found[key] = coerce(float, value)
        except TypeError as error:
            wrong.append((f"{key} {error}", ""))
            continue
        if not math.isfinite(found[key]):
            wrong.append((f"{key} must be a finite number, got {show(value)}", ""))
    if wrong:
        return None, wrong
    center, width, log = found["center"], found["width"], dimension.ends.log
    if log and center <= 0:
        wrong.append((f"center must be above 0 on a log scale, got {show(center)}", ""))
    if log and width <= 1:
        hint = "from center / width to center * width is one standard deviation either way"
        wrong.append((f"width is a factor on a log scale and must be above 1, got {show(width)}", hint))
    elif width <= 0:
        wrong.append((f"width must be above 0, got {show(width)}", "one standard deviation, in the values' own unit"))
    return (None, wrong) if wrong else (NumberPrior(center, width), [])


def _weights(dimension: CategoricalDimension, raw: Any) -> tuple[Prior | None, list[tuple[str, str]]]:
    if not isinstance(raw, Mapping) or not raw:
        return None, [(f"must give a weight for some of the choices, got {show(raw)}", "{cosine: 3}")]
    weights, wrong = [1.0] * dimension.size, list[tuple[str, str]]()
    for choice, weight in raw.items():
        index = next((i for i, c in enumerate(dimension.choices) if same(c, choice) or show(c) == str(choice)), None)
        if index is None:
            wrong.append((f"there is no choice {show(choice)}", f"choices: {listed(dimension.choices)}"))
            continue
        try:
            weights[index] = coerce(float, weight)
        except TypeError as error:
            wrong.append((f"the weight of {show(choice)} {error}", ""))
            continue
        if not (math.isfinite(weights[index]) and weights[index] >= 0):
            wrong.append((f"the weight of {show(choice)} must be 0 or more, got {show(weight)}", ""))
    if not wrong and not any(weights):
        wrong.append(("one of the weights must be above 0", ""))
    return (None, wrong) if wrong else (ChoicePrior(tuple(weights)), [])
