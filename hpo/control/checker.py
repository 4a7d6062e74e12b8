"""Checks plans in a process of their own, which is kept for the next and ended when nobody asks for a while."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpo.control.child import Child, ChildError
from hpo.control.screen import Rules, sizes
from hpo.errors import Problem

IDLE_S = 300.0
CHECK_S = 120.0
QUEUE_S = 60.0
BROKE = "the check broke off"


@dataclass(frozen=True)
class Checked:
    """What came of a check.

    Attributes:
        plan: As `Preview.to_dict` has it; None: there are problems.
        refused: Whether the problems are things that are not allowed.
        broke: What broke the check off, for a log; empty: nothing.
    """

    plan: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    refused: bool = False
    broke: str = ""


class Checker:
    """One process that checks one plan at a time."""

    def __init__(self, environment: Mapping[str, str], idle_s: float = IDLE_S, check_s: float = CHECK_S) -> None:
        """Starts nothing yet.

        Args:
            environment: Of the process.
            idle_s: Seconds without a request after which the process is ended.
            check_s: Seconds that one check may take.
        """
        command = (sys.executable, "-m", "hpo.control.worker")
        self.child = Child(command, environment, idle_s=idle_s, answer_s=check_s, queue_s=QUEUE_S)

    def check(self, overrides: Sequence[str], rules: Rules) -> Checked:
        """The plan of overrides that come from elsewhere, or what is wrong with them.

        Raises:
            BusyError: Others are before this one.
        """
        too_much = sizes(overrides, rules)
        if too_much:
            return Checked(None, tuple(too_much), refused=True)
        try:
            return _read(self.child.ask({"overrides": list(overrides), "rules": asdict(rules)}))
        except ChildError as error:
            why = f"the check took more than {self.child.answer_s:g} s" if error.slow else BROKE
            return _broken(why, f"the process that checks: {error}")

    def tidy(self) -> None:
        """End the process when nobody has asked for a while."""
        self.child.tidy()

    def close(self) -> None:
        """End the process."""
        self.child.close()


def _read(reply: Mapping[str, Any]) -> Checked:
    if "plan" in reply:
        return Checked(reply["plan"])
    if "broke" in reply:
        return _broken(BROKE, reply["broke"])
    return Checked(None, tuple(Problem(**problem) for problem in reply["problems"]), reply["refused"])


def _broken(why: str, broke: str) -> Checked:
    return Checked(None, (Problem("sweep", why, "try it on the machine itself: hpo plan"),), broke=broke)
