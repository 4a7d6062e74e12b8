"""Everything wrong with a TrainSpec that can be known before any weight is loaded."""

from __future__ import annotations

from typing import Any

from models import pretrained
from models.data import PreparedData
from models.errors import InputError, Problem
from models.pretrained import check_kind, load_config
from models.pretrained.positions import max_positions
from models.spec import DataSpec, MultiTaskData, TrainSpec, check_changes, problems_in
from models.spec.parts import part_specs, place_of, read_parts
from models.tasks import TASKS, goal_of, task_for
from models.training import precision
from models.training.augment import check_augmentation
from models.tuning import Tuning, tuning_for


def check_spec(spec: TrainSpec) -> list[Problem]:
    """Every problem of a training's specification, each with its dotted config path.

    The data's own rows are not looked at here; `models.data` does that.
    """
    fields = [
        *problems_in(spec.data, "data"),
        *_data(spec),
        *problems_in(spec.tuning, "tuning"),
        *problems_in(spec.train, "train"),
        *check_changes(spec.changes),
    ]
    model = pretrained.check(spec.model)
    return [
        *fields,
        *model,
        *_metric(spec),
        *_augmentation(spec),
        *_hardware(spec),
        *(_fit(spec) if not (fields or model) else []),
    ]


def check_rows(spec: TrainSpec, data: PreparedData) -> list[Problem]:
    """What is wrong with the specification for these rows."""
    task = task_for(spec.data)
    why = task.unmeasured(data.about).get(goal_of(task, spec)[0])
    return [] if why is None else [Problem("sweep.metric", why, "take another metric of the task")]


def _data(spec: TrainSpec) -> list[Problem]:
    task = TASKS.get(spec.data.task)
    return task.check_data(spec.data) if task else []


def _augmentation(spec: TrainSpec) -> list[Problem]:
    """What does not suit the task; of several data sets, what does not suit one of theirs."""
    parts = read_parts(spec.data)[0].values() if isinstance(spec.data, MultiTaskData) else (spec.data,)
    tasks = dict.fromkeys(part.task for part in parts)
    return [problem for task in tasks for problem in check_augmentation(task, spec.train)]


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
    """Whether data, model, task and tuning fit each other."""
    config, task = load_config(spec.model), task_for(spec.data)
    try:
        check_kind(spec.model, config, task.kind)
    except InputError as error:
        return list(error.problems)
    skeleton = task.skeleton(config, spec)
    tuning = tuning_for(spec.tuning)
    return [*tuning.check(spec.tuning, skeleton), *_length(spec, config, task.kind, tuning)]


def _length(spec: TrainSpec, config: Any, kind: str, tuning: Tuning) -> list[Problem]:
    """Texts longer than the model has positions; each side of a model of two checkpoints has its own."""
    taken = tuning.virtual_tokens(spec.tuning)
    less = f" less the {taken} that tuning={tuning.name} takes" if taken else ""
    reads = max_positions(getattr(config, "encoder", config))
    asked = [(where, length, reads) for where, length in _longest_inputs(spec.data).items()]
    if kind == "seq2seq":
        writes = max_positions(getattr(config, "decoder", config))
        asked.append(("data.max_target_length", spec.data.max_target_length, writes))
    return [
        Problem(
            where, f"must be at most {known - taken}, the positions that {spec.model.name} knows{less}, got {length}"
        )
        for where, length, known in asked
        if known is not None and length + taken > known
    ]


def _longest_inputs(data: DataSpec) -> dict[str, int]:
    """`max_length` by the place that says it."""
    if not isinstance(data, MultiTaskData):
        return {"data.max_length": data.max_length}
    return {place_of(data, name, "max_length"): part.max_length for name, part in part_specs(data).items()}
