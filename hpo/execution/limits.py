"""Limits that can be judged before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpo.aims import Constraint, violations
from models.tuning import ParameterCounts


@dataclass
class InfeasibleError(Exception):
    """A network is larger than the sweep allows.

    Attributes:
        reason: The limits that it breaks, in words.
        facts: Its sizes.
    """

    reason: str
    facts: dict[str, int]

    def __str__(self) -> str:
        return self.reason


def check_limits(limits: Sequence[Constraint], sizes: ParameterCounts) -> None:
    """Refuse a network that breaks a limit.

    Raises:
        InfeasibleError: It does.
    """
    facts = {"trainable_parameters": sizes.trainable, "total_parameters": sizes.total}
    broken = violations(limits, facts)
    if broken:
        raise InfeasibleError("; ".join(broken), facts)
