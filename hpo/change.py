"""What is different between a sweep as it was begun and as it would go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import check_distribution_compatibility

from hpo.aims import Aim
from hpo.begin import decisive, recorded_config
from hpo.errors import InputError, Problem
from hpo.plan import Plan
from hpo.redact import Redactor
from hpo.space import space_from_dict
from hpo.trialspec import PATHS
from models.spec import DataSpec

FILES = {f"data.{name}" for kind, names in PATHS.items() if issubclass(kind, DataSpec) for name in names}
MISSING = "(not there)"


@dataclass(frozen=True)
class Change:
    """One value that differs.

    Attributes:
        key: Dotted config path, or `data` for the rows themselves.
    """

    key: str
    was: Any
    now: Any

    def __str__(self) -> str:
        was, now = self.shown
        return f"{self.key}: was {was}, now {now}"

    @property
    def shown(self) -> tuple[str, str]:
        """Both values for people: without secrets."""
        redactor = Redactor()
        return str(redactor.value(self.was)), str(redactor.value(self.now))

    @property
    def of_trials(self) -> bool:
        """Whether trainings themselves change by it, not only the search."""
        return self.key.split(".")[0] in ("data", "model", "tuning", "train")


def changes(about: Mapping[str, Any], plan: Plan) -> list[Change]:
    """Everything decisive that differs from the ledger; empty when the sweep goes on as it was."""
    was, now = dict(_flat(decisive(about["config"]))), dict(_flat(decisive(recorded_config(plan))))
    keys = [*was, *(key for key in now if key not in was)]
    found = [Change(key, was.get(key, MISSING), now.get(key, MISSING)) for key in keys if was.get(key) != now.get(key)]
    if about["data_fingerprint"] == plan.data.fingerprint:  # The same rows, wherever they lie now.
        return [change for change in found if change.key not in FILES]
    if not any(change.of_trials for change in found):
        found.append(Change("data", f"rows {about['data_fingerprint'][:12]}", f"rows {plan.data.fingerprint[:12]}"))
    return found


def check_changes(
    name: str, found: list[Change], about: Mapping[str, Any], plan: Plan, *, maximize: bool, allowed: bool
) -> None:
    """Refuse changes that were not allowed, or after which trials could not be compared.

    Args:
        name: The sweep's.
        found: What has changed.
        about: What the ledger knows of the sweep.
        plan: How it would go on.
        maximize: Whether more of the metric is better, as the ledger has it.
        allowed: Whether what decides the sweep's future may change.

    Raises:
        InputError: Each change, with what it was and what it would be.
    """
    problems = _other_metric(Aim(about["metric"], maximize), Aim(plan.metric, plan.maximize))
    if found and not allowed:
        hint = f"as it was: leave it out; to search on with it: hpo resume {name} --allow-change"
        others = [change for change in found if change.key not in {problem.where for problem in problems}]
        problems += [Problem(c.key, "was {} when the sweep was begun, now {}".format(*c.shown), hint) for c in others]
        raise InputError(problems)
    for dimension in space_from_dict(about["space"]).dimensions:
        now = plan.space.to_distributions().get(dimension.name)
        if now is None:
            continue
        try:
            check_distribution_compatibility(dimension.distribution, now)
        except ValueError:
            message = (
                f"was {dimension.extent}; the trials so far cannot be compared with {plan.space[dimension.name].extent}"
            )
            problems.append(Problem(f"space.{dimension.name}", message, "begin a new sweep"))
    if problems:
        raise InputError(problems)


def _other_metric(was: Aim, now: Aim) -> list[Problem]:
    """What the trials so far were compared by stays."""
    if was == now:
        return []
    where = "sweep.metric" if was.name != now.name else "sweep.direction"
    rule = f"was {was.name} ({was.direction}); the trials so far cannot be compared by {now.name} ({now.direction})"
    return [Problem(where, rule, "leave it as it was, or begin a new sweep")]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, list(value) if isinstance(value, tuple) else value
