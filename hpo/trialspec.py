"""From a sweep's config and one proposal to the TrainSpec of one training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpo.config.schema import Config
from hpo.space import Space, TrialSchema
from models.spec import Device, DiskData, EncoderDecoderModel, FileData, HubModel, MultiTaskData, TrainSpec
from models.spec.parts import SOURCES

ROOTS = ("data", "model", "tuning", "train")
# Fields that may name a file or folder. A hub id that is no folder here stays what it is.
PATHS = {FileData: ("train", "validation", "test"), DiskData: ("path",), HubModel: ("id",)}


def files_of(config: Config) -> dict[str, Path]:
    """The files and folders of this machine that a training reads, by their place in the config."""
    sections = {"data": config.data, "model": config.model}
    named = {
        f"{section}.{name}": getattr(spec, name)
        for section, spec in sections.items()
        for kind, names in PATHS.items()
        if isinstance(spec, kind)
        for name in names
    }
    found = {where: Path(path).expanduser() for where, path in named.items() if path is not None}
    return {where: path for where, path in found.items() if path.exists()}


def apply_params(schema: TrialSchema, space: Space, params: Mapping[str, Any]) -> dict[str, Any]:
    """The trial's `data`, `model`, `tuning` and `train` with a proposal put in.

    Args:
        schema: The config as it is, and the options of the groups that are searched.
        params: Sampled values by dotted name; the space's fixed values come on their own.
    """
    groups, values = space.split_groups(params)
    trial = dict(schema.base)
    for group, option in groups.items():
        trial[group] = schema.options[group][option]
    for name, value in values.items():
        root, key = name.split(".", 1)
        trial[root] = _with(trial[root], key, value)
    return trial


def train_spec(trial: Mapping[str, Any], *, metric: str, maximize: bool, device: Device, cache_dir: str) -> TrainSpec:
    """The whole, typed description of one training; it means the same in every working directory."""
    data, model, tuning, train = (_located(trial[root]) for root in ROOTS)
    return TrainSpec(data, model, tuning, train, metric, maximize, device, cache_dir)


def _with(spec: Any, key: str, value: Any) -> Any:
    """A spec with one value changed; a dotted key reaches into a spec inside it."""
    first, _, rest = key.partition(".")
    return dataclasses.replace(spec, **{first: _with(getattr(spec, first), rest, value) if rest else value})


def _located(spec: Any) -> Any:
    """A spec with its relative paths made absolute: a trial's process works in another directory."""
    if isinstance(spec, EncoderDecoderModel):
        return dataclasses.replace(spec, encoder=_located(spec.encoder), decoder=_located(spec.decoder))
    if isinstance(spec, MultiTaskData):
        return dataclasses.replace(spec, tasks={name: _located_part(part) for name, part in spec.tasks.items()})
    paths = {name: getattr(spec, name) for kind, names in PATHS.items() if isinstance(spec, kind) for name in names}
    found = {name: Path(path).expanduser() for name, path in paths.items() if path is not None}
    return dataclasses.replace(spec, **{name: str(path.resolve()) for name, path in found.items() if path.exists()})


def _located_part(part: Any) -> Any:
    """The same for a data set among several, which is still a plain dict."""
    if not isinstance(part, Mapping):
        return part
    kind = SOURCES.get(str(part.get("source")))
    names = next((names for owner, names in PATHS.items() if owner is kind), ())
    found = {name: Path(part[name]).expanduser() for name in names if isinstance(part.get(name), str)}
    return {**part, **{name: str(path.resolve()) for name, path in found.items() if path.exists()}}
