"""What of a sweep does not go with population based training."""

from __future__ import annotations

from hpo.config.schema import Config
from hpo.schedulers import PbtSpec
from hpo.space import Space
from models.errors import Problem
from models.spec import CHANGEABLE

CAN_CHANGE = tuple(f"train.{name}" for name in CHANGEABLE)


def check_population(config: Config, space: Space) -> list[Problem]:
    """All of it, each with its dotted config path; nothing where the scheduler is another one."""
    spec, problems = config.scheduler, list[Problem]()
    if not isinstance(spec, PbtSpec):
        return problems
    if config.sweep.trials < spec.population:
        rule = f"must be at least scheduler.population={spec.population}, got {config.sweep.trials}"
        problems.append(Problem("sweep.trials", rule, "more are spares, for members that diverge or fail"))
    if config.sampler.name == "grid":
        problems.append(Problem("sampler", "grid tries each point once, but pbt keeps a population", "sampler=qmc"))
    if config.train.early_stopping_patience is not None:
        rule = "ends members of the population, which scheduler=pbt mends instead"
        problems.append(Problem("train.early_stopping_patience", rule, "train.early_stopping_patience=null"))
    return problems + _check_space(space)


def _check_space(space: Space) -> list[Problem]:
    can, problems = ", ".join(CAN_CHANGE), list[Problem]()
    for dimension in space.dimensions:
        where = f"space.{dimension.name}"
        if dimension.name not in CAN_CHANGE:
            rule = f"cannot change in the middle of a training, as scheduler=pbt has it; what can: {can}"
            problems.append(Problem(where, rule, "take space=pbt, or fix its value"))
        elif dimension.when:
            problems.append(Problem(f"{where}.when", "is a condition, and scheduler=pbt knows none", "leave it out"))
    return problems
