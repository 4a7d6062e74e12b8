"""The hyperparameters of recorded submissions as a conditional space."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpo.space import CategoricalDimension, FloatDimension
from hpo.space.condition import Condition
from hpo.space.dimension import Dimension

SUBMISSION, REPEAT = "submission", "repeat"
LOG_FROM = 20  # A number whose largest value is so many times the smallest is searched on a log scale.


@dataclass(frozen=True)
class Columns:
    """The dimensions, and each configuration as a point of them."""

    dimensions: tuple[Dimension, ...]
    params: tuple[dict[str, Any], ...]


def columns_of(submissions: Sequence[str], hparams: Sequence[Mapping[str, Any]]) -> Columns:
    """A space in which every recorded training is a point of its own.

    What never varies is left out. A hyperparameter is part of the submissions of which every training has it. Trainings
    that are equal in all differ by `repeat`, which stands for their seed.

    Args:
        submissions: Of each training.
        hparams: Of each training.
    """
    dimensions: list[Dimension] = [_choice(SUBMISSION, sorted(set(submissions)))]
    params: list[dict[str, Any]] = [{SUBMISSION: submission} for submission in submissions]
    for name in sorted({key for one in hparams for key in one}):
        having = _having(name, submissions, hparams)
        rows = [index for index, submission in enumerate(submissions) if submission in having]
        values = [hparams[index][name] for index in rows]
        if len({json.dumps(value) for value in values}) < 2:
            continue
        when = () if len(having) == len(set(submissions)) else (Condition(SUBMISSION, tuple(having)),)
        dimension = _dimension(name, values, when)
        dimensions.append(dimension)
        for index, value in zip(rows, values, strict=True):
            params[index][name] = float(value) if isinstance(dimension, FloatDimension) else value
    seen: Counter[str] = Counter()
    for one in params:
        key = json.dumps(one, sort_keys=True)
        one[REPEAT] = f"r{seen[key]}"
        seen[key] += 1
    if max(seen.values()) > 1:
        dimensions.append(_choice(REPEAT, [f"r{index}" for index in range(max(seen.values()))]))
    else:
        for one in params:
            del one[REPEAT]
    return Columns(tuple(dimensions), tuple(params))


def _having(name: str, submissions: Sequence[str], hparams: Sequence[Mapping[str, Any]]) -> list[str]:
    """The submissions of which every training has the hyperparameter."""
    lacking = {s for s, one in zip(submissions, hparams, strict=True) if one.get(name) is None}
    return sorted(set(submissions) - lacking)


def _dimension(name: str, values: Sequence[Any], when: tuple[Condition, ...]) -> Dimension:
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        known = {json.dumps(value): value for value in values}
        return _choice(name, [known[key] for key in sorted(known)], when)
    low, high = float(min(values)), float(max(values))
    made = FloatDimension.make(name, low, high, log=low > 0 and high / low > LOG_FROM)
    return FloatDimension(name, when, ends=made.ends)


def _choice(name: str, choices: Sequence[Any], when: tuple[Condition, ...] = ()) -> Dimension:
    return CategoricalDimension(name, when, choices=tuple(choices))
