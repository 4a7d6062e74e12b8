"""Checkpoints: all that a training needs to go on as if it had never stopped.

A folder `checkpoints/step-00000120` each: trained weights, optimizer, schedule, random states, place in the data, and
what was measured so far. It gets its name when it is whole; then the older one goes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from models.errors import InputError
from models.spec import Device, TrainSpec

FOLDER, WEIGHTS, PROGRESS = "checkpoints", "weights.safetensors", "progress.json"


def fingerprint(spec: TrainSpec, data_fingerprint: str) -> str:
    """SHA-256 of what decides a training's course: not the device, not where the cache is, not how often it saves."""
    train = replace(spec.train, checkpoint_every_steps=None)
    same = replace(spec, device=Device(), cache_dir="", train=train)
    return hashlib.sha256(f"{same!r} {data_fingerprint}".encode()).hexdigest()


def newest(out_dir: Path) -> Path | None:
    """The checkpoint to go on from; None where there is none."""
    found = sorted((out_dir / FOLDER).glob("step-*"))
    return found[-1] if found else None


def begin(out_dir: Path, step: int) -> Path:
    """An empty folder to write the checkpoint of this step into."""
    writing = out_dir / FOLDER / f".step-{step:08d}"
    shutil.rmtree(writing, ignore_errors=True)
    writing.mkdir(parents=True)
    return writing


def publish(writing: Path) -> Path:
    """Give a whole checkpoint its name, and remove the older ones."""
    for path in writing.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    final = writing.with_name(writing.name.removeprefix("."))
    shutil.rmtree(final, ignore_errors=True)
    writing.rename(final)
    for other in final.parent.iterdir():
        if other != final:
            shutil.rmtree(other, ignore_errors=True)
    return final


def remove(out_dir: Path) -> None:
    """A training that has ended needs none."""
    shutil.rmtree(out_dir / FOLDER, ignore_errors=True)


def write_weights(folder: Path, parameters: Iterable[tuple[str, torch.nn.Parameter]]) -> None:
    """The values of the parameters by name."""
    state = {name: parameter.detach().cpu().contiguous() for name, parameter in parameters}
    save_file(state, folder / WEIGHTS, {"format": "pt"})


def read_weights(folder: Path, network: torch.nn.Module) -> None:
    """Put the saved values into the parameters, in place.

    Raises:
        InputError: The network has no such parameters.
    """
    own = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in load_file(folder / WEIGHTS).items():
            if name not in own or own[name].shape != value.shape:
                raise InputError.one(str(folder), f"is the checkpoint of another network: it has {name!r}")
            own[name].copy_(value)


def write_progress(folder: Path, progress: Mapping[str, Any]) -> None:
    """What was measured so far."""
    (folder / PROGRESS).write_text(json.dumps(progress, indent=1), encoding="utf-8")


def read_progress(folder: Path, expected: str) -> dict[str, Any]:
    """What was measured so far.

    Args:
        folder: The checkpoint.
        expected: Fingerprint of the training that goes on.

    Raises:
        InputError: The checkpoint is of another training.
    """
    progress: dict[str, Any] = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    if progress["fingerprint"] != expected:
        rule = "must be a checkpoint of this very training; data, model, tuning or train settings differ"
        raise InputError.one(str(folder), rule, "train into another folder, or with the settings as they were")
    return progress
