"""From a sweep's config and one proposal to the TrainSpec of one training."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from hpo.space import Space, TrialSchema
from models.spec import Device, TrainSpec

ROOTS = ("data", "model", "tuning", "train")


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
        trial[root] = dataclasses.replace(trial[root], **{key: value})
    return trial


def train_spec(trial: Mapping[str, Any], *, metric: str, maximize: bool, device: Device, cache_dir: str) -> TrainSpec:
    """The whole, typed description of one training."""
    data, model, tuning, train = (trial[root] for root in ROOTS)
    return TrainSpec(data, model, tuning, train, metric, maximize, device, cache_dir)
