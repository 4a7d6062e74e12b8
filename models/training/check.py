"""Everything wrong with a TrainSpec that can be known before any weight is loaded."""

from __future__ import annotations

from models import pretrained
from models.errors import InputError, Problem
from models.pretrained import check_kind, load_config
from models.pretrained.positions import max_positions
from models.spec import DataSpec, MultiTaskData, TrainSpec, problems_in
from models.spec.parts import part_specs, place_of, read_parts
from models.tasks import TASKS, task_for
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
    return [*tuning.check(spec.tuning, skeleton), *_length(spec, max_positions(config), tuning)]


def _length(spec: TrainSpec, positions: int | None, tuning: Tuning) -> list[Problem]:
    taken = tuning.virtual_tokens(spec.tuning)
    if positions is None:
        return []
    less = f" less the {taken} that tuning={tuning.name} takes" if taken else ""
    rule = f"must be at most {positions - taken}, the positions that {spec.model.name} knows{less}"
    longest = _longest_inputs(spec.data)
    return [Problem(where, f"{rule}, got {length}") for where, length in longest.items() if length + taken > positions]


def _longest_inputs(data: DataSpec) -> dict[str, int]:
    """`max_length` by the place that says it."""
    if not isinstance(data, MultiTaskData):
        return {"data.max_length": data.max_length}
    return {place_of(data, name, "max_length"): part.max_length for name, part in part_specs(data).items()}
