"""Everything wrong with a TrainSpec that can be known before any weight is loaded."""

from __future__ import annotations

from models import pretrained
from models.errors import InputError, Problem
from models.pretrained import load_config
from models.spec import TrainSpec, problems_in
from models.tasks import TASKS
from models.training import precision
from models.training.positions import max_positions
from models.tuning import TUNINGS


def check_spec(spec: TrainSpec) -> list[Problem]:
    """Every problem of a training's specification, each with its dotted config path.

    The data's own rows are not looked at here; `models.data` does that.
    """
    fields = [
        *problems_in(spec.data, "data"),
        *problems_in(spec.tuning, "tuning"),
        *problems_in(spec.train, "train"),
    ]
    model = pretrained.check(spec.model)
    return [*fields, *model, *_metric(spec), *_hardware(spec), *(_fit(spec) if not (fields or model) else [])]


def _metric(spec: TrainSpec) -> list[Problem]:
    task = TASKS.get(spec.data.task)
    return task.check(spec) if task else []


def _hardware(spec: TrainSpec) -> list[Problem]:
    """Only for the CPU: the machine that checks need not be the one with the GPU."""
    if spec.device.gpu:
        return []
    try:
        precision.choose(spec.train.precision, gpu=False)
    except InputError as error:
        return list(error.problems)
    return []


def _fit(spec: TrainSpec) -> list[Problem]:
    """Whether data, model and tuning fit each other."""
    config = load_config(spec.model)
    problems = TUNINGS[spec.tuning.name].check(spec.tuning, config)
    limit = max_positions(config)
    if limit is not None and spec.data.max_length > limit:
        rule = f"must be at most {limit}, the positions that {spec.model.name} knows, got {spec.data.max_length}"
        problems.append(Problem("data.max_length", rule))
    return problems
