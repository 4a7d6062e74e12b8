"""An earlier sweep as it is found, before it is known whether it helps: in a ledger or in MLflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hpo.history.past import PastSweep, PastTrial
from hpo.history.points import fitted
from hpo.space import Space
from hpo.space.words import listed

GROUPS = ("model", "tuning")


@dataclass(frozen=True)
class About:
    """What a sweep is of.

    Attributes:
        name: As a person names it in `warm_start.from`.
        metric: What it optimizes.
        maximize: Whether more of that is better.
        task: Kind of task.
        values: What every trial had, by dotted name, as far as its own parameters do not say otherwise; the chosen
            option under each group's own name.
        searched: Dotted names that varied.
        data: Fingerprint of the rows; empty: not known.
    """

    name: str
    metric: str
    maximize: bool
    task: str
    values: Mapping[str, Any] = field(default_factory=dict)
    searched: frozenset[str] = frozenset()
    data: str = ""

    def incomparable(self, other: About) -> str:
        """Why its results say nothing about those of another; empty when they do.

        Results are compared by their order alone. So another metric will do, where the task is of the same kind and
        more of both is better.
        """
        if (self.metric, self.maximize) == (other.metric, other.maximize):
            return ""
        if self.maximize and other.maximize and self.task == other.task:
            return ""
        mine, theirs = (f"{a.metric} ({'maximize' if a.maximize else 'minimize'})" for a in (self, other))
        return f"optimizes {mine}, this sweep {theirs}"

    def shared(self, space: Space) -> list[str]:
        """The dimensions of the space that varied in it too."""
        return [name for name in space.names if name in self.searched]

    def likeness(self, other: About, space: Space) -> float:
        """How much alike two sweeps are.

        The share of dimensions in common, and 1/4 each for the same metric, task, data, model and tuning.
        """
        both = len(self.shared(space)) / len(self.searched.union(space.names))
        return both + (len(self._same(other)) + (self.metric == other.metric)) / 4

    def why(self, other: About, space: Space) -> str:
        """What the two have in common, in words."""
        same = self._same(other)
        metric = f"metric {self.metric}" + ("" if self.metric == other.metric else f" (here {other.metric})")
        shared = f"{len(self.shared(space))} of {len(space.names)} dimensions in common"
        return f"{metric}, {shared}" + (f", same {listed(same)}" if same else "")

    def _same(self, other: About) -> list[str]:
        found = ["task"] if self.task == other.task else []
        found += ["data"] if self.data and self.data == other.data else []
        return found + [group for group in GROUPS if self.values.get(group) == other.values.get(group)]


@dataclass(frozen=True)
class FoundTrial:
    """A trial as it is found.

    Attributes:
        params: Its own values by dotted name.
        curve: (length in the sweep's unit, value).
        state, cause: As `PastTrial` has them.
    """

    params: Mapping[str, Any]
    curve: tuple[tuple[float, float], ...]
    state: str
    cause: str | None


def past_sweep(about: About, trials: list[FoundTrial], longest: float, space: Space, why: str) -> PastSweep:
    """The sweep as evidence for a space.

    Args:
        longest: The full length of its trials, in the unit of their curves.
    """
    full = max([longest, *(trial.curve[-1][0] for trial in trials if trial.curve)])
    return PastSweep(about.name, tuple(_telling(about, trials, full, space)), about.maximize, why)


def _telling(about: About, trials: list[FoundTrial], full: float, space: Space) -> Iterator[PastTrial]:
    for trial in trials:
        params = fitted(space, whole_values(about.values, trial.params))
        if params is None:
            continue
        curve = tuple((at / full, value) for at, value in trial.curve)
        found = PastTrial(params, curve, trial.state, trial.cause)
        if found.telling:
            yield found


def whole_values(values: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a trial was trained with; of a group whose option it chose itself, only its own values."""
    other = tuple(f"{name}." for name in params if "." not in name and params[name] != values.get(name))
    return {name: value for name, value in values.items() if not name.startswith(other)} | dict(params)
