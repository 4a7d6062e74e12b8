"""What a sweep is for: one metric or several, and the limits that a trial must keep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpo.aims.constraint import Constraint
from hpo.aims.quantity import BEFORE_TRAINING, LATENCY, Course, course_of, measured, measured_at


@dataclass(frozen=True)
class Aim:
    """One thing that is optimized.

    Attributes:
        name: Of a validation metric or a quantity.
        maximize: Whether more of it is better.
    """

    name: str
    maximize: bool

    @property
    def direction(self) -> str:
        """`maximize` or `minimize`."""
        return "maximize" if self.maximize else "minimize"

    def loss(self, value: float) -> float:
        """The value turned so that less is better."""
        return -value if self.maximize else value


@dataclass(frozen=True)
class Standing:
    """How a trial stands against the aims of its sweep.

    Attributes:
        values: What it reaches, by the aims' and constraints' names, as far as it was measured.
        losses: Of the aims in their order, turned so that less is better; empty with one aim, and where one of several
            was not measured.
        violated: The limits that it does not keep, each in words.
        judged: Whether there are limits at all.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    losses: tuple[float, ...] = ()
    violated: tuple[str, ...] = ()
    judged: bool = False

    @property
    def feasible(self) -> bool:
        """Whether it keeps every limit, as far as that was measured."""
        return not self.violated


@dataclass(frozen=True)
class Aims:
    """The aims of a sweep.

    Attributes:
        aims: What is optimized, the primary first: its curve is what schedulers, early stopping and the choice of the
            kept weights go by.
        constraints: What a trial must keep.
    """

    aims: tuple[Aim, ...]
    constraints: tuple[Constraint, ...] = ()

    @classmethod
    def single(cls, metric: str, maximize: bool) -> Aims:
        """One metric, without limits."""
        return cls((Aim(metric, maximize),))

    @classmethod
    def of(cls, about: Mapping[str, Any], maximize: bool) -> Aims:
        """Those of a sweep in the ledger; one without several aims says none.

        Args:
            about: What the ledger knows of the sweep.
            maximize: Whether more of its metric is better.
        """
        written = about.get("aims")
        if written is None:
            return cls.single(str(about.get("metric", "")), maximize)
        aims = tuple(Aim(aim["name"], aim["direction"] == "maximize") for aim in written["metrics"])
        return cls(aims, tuple(Constraint.parse(text) for text in written["constraints"]))

    def __str__(self) -> str:
        """`accuracy (maximize), latency_ms (minimize); latency_ms <= 20`."""
        wanted = ", ".join(f"{aim.name} ({aim.direction})" for aim in self.aims)
        return "; ".join([wanted, *map(str, self.constraints)])

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; what `of` reads."""
        return {
            "metrics": [{"name": aim.name, "direction": aim.direction} for aim in self.aims],
            "constraints": [str(constraint) for constraint in self.constraints],
        }

    @property
    def primary(self) -> Aim:
        """The first aim."""
        return self.aims[0]

    @property
    def several(self) -> bool:
        """Whether there are trade-offs to find."""
        return len(self.aims) > 1

    @property
    def plain(self) -> bool:
        """Whether it is one metric without limits."""
        return not self.several and not self.constraints

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that must be measured, each once."""
        return tuple(dict.fromkeys([aim.name for aim in self.aims] + [limit.name for limit in self.constraints]))

    @property
    def needs_latency(self) -> bool:
        """Whether predictions must be timed."""
        return LATENCY in self.names

    @property
    def before_training(self) -> tuple[Constraint, ...]:
        """The limits on what is known as soon as the network is there."""
        return tuple(limit for limit in self.constraints if limit.name in BEFORE_TRAINING)

    def standing(
        self, evaluations: Sequence[Mapping[str, Any]], curve: Mapping[int, float], facts: Mapping[str, Any]
    ) -> Standing:
        """How a trial stands; of one metric without limits, nothing is to be said."""
        if self.plain:
            return Standing()
        found = measured(evaluations, curve, facts, maximize=self.primary.maximize)
        values = {name: found[name] for name in self.names if name in found}
        broken = violations(self.constraints, values)
        return Standing(values, self._losses(values) if self.several else (), broken, bool(self.constraints))

    def losses_at(self, evaluations: Sequence[Mapping[str, Any]], step: int) -> tuple[float, ...]:
        """The aims at one evaluation, turned so that less is better; empty with one aim. Unmeasured is the worst."""
        if not self.several:
            return ()
        found = measured_at(evaluations, step)
        return tuple(aim.loss(found[aim.name]) if aim.name in found else math.inf for aim in self.aims)

    def broken_for_good(self, evaluations: Sequence[Mapping[str, Any]], step: int) -> tuple[str, ...]:
        """The limits that a trial does not keep at an evaluation, whatever comes after it, each in words."""
        found = measured_at(evaluations, step)
        return violations([limit for limit in self.constraints if _is_final(limit)], found)

    def _losses(self, values: Mapping[str, float]) -> tuple[float, ...]:
        if any(aim.name not in values for aim in self.aims):
            return ()
        return tuple(aim.loss(values[aim.name]) for aim in self.aims)


def violations(constraints: Sequence[Constraint], values: Mapping[str, float]) -> tuple[str, ...]:
    """The limits that are not kept, each in words; of what was not measured, nothing is known."""
    return tuple(
        limit.text_of(values[limit.name])
        for limit in constraints
        if limit.name in values and not limit.holds(values[limit.name])
    )


def _is_final(limit: Constraint) -> bool:
    """Whether one measurement that breaks the limit breaks it for good."""
    course = course_of(limit.name)
    return course is Course.FIXED or (course is Course.GROWING and limit.is_upper)
