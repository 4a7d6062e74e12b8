"""Studies and spaces on which samplers are tried."""

import math
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from hpo.samplers import OUTCOME_ATTR, Sampler
from hpo.space import CategoricalDimension, Condition, FloatDimension, IntDimension, Space

NUMERIC = Space(
    (
        FloatDimension.make("train.learning_rate", 1e-5, 1e-1, log=True),
        FloatDimension.make("train.weight_decay", 0.0, 1.0),
        FloatDimension.make("train.warmup_fraction", 0.0, 0.5, step=0.1),
        IntDimension.make("train.epochs", 1, 8),
    )
)
CONDITIONAL = Space(
    (
        CategoricalDimension("tuning", choices=("full", "lora"), group=True),
        FloatDimension.make("train.learning_rate", 1e-5, 1e-1, log=True),
        IntDimension("tuning.rank", (Condition("tuning", values=("lora",)),), ends=IntDimension.make("_", 2, 64).ends),
        CategoricalDimension("tuning.targets", (Condition("tuning.rank", low=8),), choices=(["q"], ["q", "v"], None)),
    )
)
GRID = Space(
    (
        CategoricalDimension("tuning", choices=("full", "lora"), group=True),
        FloatDimension.make("train.weight_decay", 0.0, 0.3, step=0.1),
        IntDimension("tuning.rank", (Condition("tuning", values=("lora",)),), ends=IntDimension.make("_", 2, 4).ends),
    )
)


def memory_study(maximize: bool = True) -> optuna.Study:
    return optuna.create_study(direction="maximize" if maximize else "minimize")


def file_study(path: Path, name: str = "sweep") -> optuna.Study:
    url = f"sqlite:///{path}"
    return optuna.create_study(study_name=name, storage=url, direction="maximize", load_if_exists=True)


def metric(params: dict[str, Any]) -> float:
    """A bowl with its top, 0, at learning rate 1e-3 and weight decay 0.3; the other dimensions matter little."""
    rate = math.log10(params.get("train.learning_rate", 1e-3)) + 3
    decay = params.get("train.weight_decay", 0.3) - 0.3
    return -(rate**2) - 4 * decay**2 - 0.001 * params.get("tuning.rank", 2)


def finish(study: optuna.Study, trial: optuna.Trial, space: Space) -> None:
    """End a trial in one of the ways trials end; which way depends on its number."""
    value = metric(space.decode(trial.params))
    trial.report(value - 0.5, 1)
    match trial.number % 6:
        case 1 | 2:
            trial.set_user_attr(OUTCOME_ATTR, {"cause": "scheduler"})
            study.tell(trial.number, state=TrialState.PRUNED)
        case 3:
            trial.set_user_attr(OUTCOME_ATTR, {"cause": "diverged"})
            study.tell(trial.number, state=TrialState.PRUNED)
        case 4:
            study.tell(trial.number, state=TrialState.FAIL)
        case _:
            trial.report(value, 2)
            study.tell(trial.number, value)


def advance(study: optuna.Study, sampler: Sampler, trials: int, parallel: int) -> list[dict[str, Any]]:
    """Run so many trials, `parallel` at once, and leave the last ones running; returns their params."""
    running: list[optuna.Trial] = []
    asked: list[dict[str, Any]] = []
    for _ in range(trials):
        if len(running) == parallel:
            finish(study, running.pop(0), sampler.space)
        running.append(sampler.ask(study))
        asked.append(running[-1].params)
    return asked
