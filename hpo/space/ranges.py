"""Builds a numeric dimension from its raw keys, or says what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hpo.space.dimension import Dimension
from hpo.space.fieldtype import coerce
from hpo.space.float_dimension import FloatDimension
from hpo.space.int_dimension import IntDimension
from hpo.space.words import show

_RELATIVE = 1e-9  # Of the number of steps: what float arithmetic may be off by.


def build_range(name: str, raw: Mapping[str, Any], kind: type[int] | type[float]) -> tuple[Dimension | None, list[str]]:
    """A dimension from `low`, `high` and perhaps `log` or `step`.

    Args:
        name: Dotted name of the dimension.
        raw: The reserved keys as written.
        kind: The field's type, int or float.

    Returns:
        The dimension, without conditions, or None; and what is wrong.
    """
    ends, wrong = _numbers(raw, kind)
    log = raw.get("log", False)
    if not isinstance(log, bool):
        wrong.append(f"log must be true or false, got {show(log)}")
    if wrong:
        return None, wrong
    low, high, step = ends["low"], ends["high"], ends.get("step")
    if low >= high:
        return None, [f"low must be less than high, got low {show(low)} and high {show(high)}"]
    if log and low <= 0:
        wrong.append(f"a log range needs low > 0, got {show(low)}")
    if log and step is not None:
        wrong.append(f"log and step cannot be combined, got step {show(step)}")
    elif step is not None:
        wrong.extend(_step_problems(low, high, step))
    if wrong:
        return None, wrong
    if kind is int:
        return IntDimension.make(name, low, high, log=log, step=1 if step is None else step), []
    return FloatDimension.make(name, low, high, log=log, step=step), []


def _numbers(raw: Mapping[str, Any], kind: type[int] | type[float]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for key in ("low", "high", "step"):
        if key not in raw or (key == "step" and raw[key] is None):
            continue
        try:
            found[key] = coerce(kind, raw[key])
        except TypeError as error:
            wrong.append(f"{key} {error}")
            continue
        if not math.isfinite(found[key]):
            wrong.append(f"{key} must be a finite number, got {show(raw[key])}")
    return found, wrong


def _step_problems(low: float, high: float, step: float) -> list[str]:
    if step <= 0:
        return [f"step must be > 0, got {show(step)}"]
    if step > high - low and not math.isclose(step, high - low, rel_tol=_RELATIVE):
        return [f"step must be at most high - low = {show(high - low)}, got {show(step)}"]
    steps = (high - low) / step
    if not math.isclose(steps, round(steps), rel_tol=_RELATIVE):
        last = low + math.floor(steps) * step
        return [
            f"high - low must be a whole number of steps, got {steps:.4g} steps of {show(step)}; "
            f"the last value would be {show(last)}, not {show(high)}"
        ]
    return []
