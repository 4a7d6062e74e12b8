"""From the config's words to the aims of a sweep, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from hpo.aims.aims import Aim, Aims
from hpo.aims.constraint import Constraint, contradiction
from hpo.aims.quantity import QUANTITIES
from models.errors import Problem

KEYS = ("name", "direction")
AUTO = "auto"
DIRECTIONS = (AUTO, "maximize", "minimize")
SAMPLERS = ("tpe", "gp", "random", "qmc", "grid")  # The last three look at no result.
SCHEDULERS = ("asha", "fifo")
METRICS, CONSTRAINTS = "sweep.metrics", "sweep.constraints"
Metrics = Mapping[str, bool]  # Names of the task's metrics, each with whether more is better.


class SweepLike(Protocol):
    """The part of the `sweep` section that is about aims."""

    @property
    def metric(self) -> str | None:
        """The single metric."""

    @property
    def direction(self) -> str:
        """Its direction."""

    @property
    def metrics(self) -> list[dict[str, str]]:
        """Several metrics in its place."""

    @property
    def constraints(self) -> list[str]:
        """The limits."""


def check_aims(sweep: SweepLike, metric: str, maximize: bool, known: Metrics) -> tuple[Aims, list[Problem]]:
    """The aims, as far as they can be understood, and the problems.

    Args:
        sweep: What the config says.
        metric: The primary metric.
        maximize: Its direction.
        known: The task's metrics; empty: the task is not known.
    """
    aims, problems = _read_metrics(sweep.metrics, known)
    limits, more = _read_constraints(sweep.constraints, known)
    read = Aims(tuple(aims) or (Aim(metric, maximize),), tuple(limits))
    return read, [*_check_metric_alone(sweep), *problems, *more]


def check_fit(aims: Aims, sampler: str, scheduler: str) -> list[Problem]:
    """Samplers and schedulers that go by one number alone.

    Args:
        aims: What is asked for.
        sampler: Its name.
        scheduler: Its name.
    """
    problems: list[Problem] = []
    if not aims.plain and sampler not in SAMPLERS:
        what = f"{METRICS}" if aims.several else CONSTRAINTS
        problems.append(Problem("sampler", f"{sampler} does not know {what}", f"use one of {', '.join(SAMPLERS)}"))
    if aims.several and scheduler not in SCHEDULERS:
        rule = f"{scheduler} goes by one metric: it would stop what is good by another of {METRICS}"
        problems.append(Problem("scheduler", rule, f"use one of {', '.join(SCHEDULERS)}"))
    return problems


def primary_of(metrics: Sequence[Mapping[str, Any]], known: Metrics) -> str | None:
    """Name of the first of several metrics, where it is one that a training can be judged by; else None."""
    first = str(metrics[0].get("name")) if metrics else None
    return first if first in known else None


def check_measured(aims: Aims, unmeasured: Mapping[str, str]) -> list[Problem]:
    """Metrics that these rows do not have; that of the primary is reported where the training is checked.

    Args:
        aims: What is asked for.
        unmeasured: Metrics of the task that cannot be measured, each with the reason.
    """
    names = [name for name in aims.names if name != aims.primary.name]
    places = {aim.name: METRICS for aim in aims.aims}
    return [Problem(places.get(name, CONSTRAINTS), unmeasured[name]) for name in names if name in unmeasured]


def _check_metric_alone(sweep: SweepLike) -> list[Problem]:
    """One metric and several at once: which is meant?"""
    hint = f"name the metric as the first of {METRICS}"
    given = {"sweep.metric": sweep.metric is not None, "sweep.direction": sweep.direction != AUTO}
    wrong = [where for where, is_set in given.items() if is_set and sweep.metrics]
    return [Problem(where, f"is for one metric, but {METRICS} is given", hint) for where in wrong]


def _read_metrics(metrics: Sequence[Mapping[str, Any]], known: Metrics) -> tuple[list[Aim], list[Problem]]:
    aims: list[Aim] = []
    problems: list[Problem] = []
    for place, entry in enumerate(metrics):
        where = f"{METRICS}[{place}]"
        wrong = _entry_problems(where, entry, known)
        if not wrong and any(aim.name == entry["name"] for aim in aims):
            wrong = [Problem(where, f"{entry['name']} is named twice", "leave one out")]
        if not wrong and place == 0 and known and entry["name"] not in known:
            rule = f"the first must be a validation metric ({', '.join(known)}), got {entry['name']}"
            wrong = [Problem(where, rule, "early stopping and the kept weights go by it; put it first")]
        problems += wrong
        if not wrong:
            aims.append(Aim(str(entry["name"]), _natural(str(entry["name"]), known)))
    return aims, problems


def _entry_problems(where: str, entry: Mapping[str, Any], known: Metrics) -> list[Problem]:
    unknown = [key for key in entry if key not in KEYS]
    if unknown or "name" not in entry:
        rule = f"must have the keys name and, if need be, direction; got {', '.join(map(str, entry)) or 'nothing'}"
        return [Problem(where, rule, "{name: latency_ms, direction: minimize}")]
    name, direction = str(entry["name"]), entry.get("direction", AUTO)
    problems = _name_problems(f"{where}.name", name, known)
    if direction not in DIRECTIONS:
        problems.append(Problem(f"{where}.direction", f"must be one of {', '.join(DIRECTIONS)}, got {direction!r}"))
    elif not problems and direction != AUTO and (direction == "maximize") != _natural(name, known):
        right = "maximized" if _natural(name, known) else "minimized"
        problems.append(Problem(f"{where}.direction", f"{name} must be {right}, got {direction}"))
    return problems


def _read_constraints(constraints: Sequence[str], known: Metrics) -> tuple[list[Constraint], list[Problem]]:
    found: list[tuple[str, Constraint]] = []
    problems: list[Problem] = []
    for place, text in enumerate(constraints):
        where = f"{CONSTRAINTS}[{place}]"
        try:
            limit = Constraint.parse(text)
        except ValueError as error:
            problems.append(Problem(where, str(error)))
            continue
        problems += _name_problems(where, limit.name, known)
        problems += [
            Problem(where, f"{limit} and {other} (in {place_of}) exclude each other")
            for place_of, other in found
            if contradiction(limit, other)
        ]
        found.append((where, limit))
    return [limit for _, limit in found], problems


def _name_problems(where: str, name: str, known: Metrics) -> list[Problem]:
    if not known and name not in QUANTITIES:
        return []  # The task is unknown, and reported as such; so are its metrics.
    names = [*known, *QUANTITIES]
    if name in names:
        return []
    close = get_close_matches(name, names, n=1)
    return [
        Problem(where, f"must be one of {', '.join(names)}, got {name!r}", f"did you mean {close[0]}?" if close else "")
    ]


def _natural(name: str, known: Metrics) -> bool:
    """Whether more is better; of every quantity less is."""
    return known.get(name, name not in QUANTITIES)
