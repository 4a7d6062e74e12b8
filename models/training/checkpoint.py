"""Checkpoints: all that a training needs to go on as if it had never stopped.

A folder `checkpoints/step-00000120` each: trained weights, optimizer, schedule, random states, place in the data, and
what was measured so far. It gets its name when it is whole. The one before stays beside it, for the day on which a disk
has cut the newest short.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from models.errors import InputError
from models.manifest import damage, write_manifest
from models.spec import DataSpec, Device, DiskData, FileData, TrainSpec
from models.writing import system_errors

PLACES: dict[type[DataSpec], tuple[str, ...]] = {FileData: ("train", "validation", "test"), DiskData: ("path",)}
FOLDER, WEIGHTS, PROGRESS = "checkpoints", "weights.safetensors", "progress.json"
ORIGIN = "taken"  # Of a progress: what the training took over, and goes on from since.
logger = logging.getLogger(__name__)


def fingerprint(spec: TrainSpec, data_fingerprint: str, step: int) -> str:
    """SHA-256 of what decided a training's course: not the device, not where the cache is, not how often it saves.

    Args:
        spec: The training.
        data_fingerprint: Of its rows.
        step: So far: what changes at this step or later has decided nothing yet.
    """
    train = replace(spec.train, checkpoint_every_steps=None)
    so_far = tuple(change for change in spec.changes if change.step < step)
    same = replace(spec, data=_without_places(spec.data), device=Device(), cache_dir="", train=train)
    return hashlib.sha256(f"{same!r} {data_fingerprint}{so_far or ''}".encode()).hexdigest()


def _without_places(data: DataSpec) -> DataSpec:
    """The same rows may lie elsewhere on another machine; what they are is in the data's fingerprint."""
    names = next((names for kind, names in PLACES.items() if isinstance(data, kind)), ())
    places: dict[str, Any] = dict.fromkeys(names)
    return replace(data, **places)


def newest(out_dir: Path) -> Path | None:
    """The newest checkpoint that is whole; None where there is none. Broken ones are named in a warning."""
    for folder in sorted((out_dir / FOLDER).glob("step-*"), reverse=True):
        broken = damage(folder)
        if broken is None:
            return folder
        logger.warning("the checkpoint %s is left out: %s", folder, broken)
    return None


@contextmanager
def new(out_dir: Path, step: int, before: Path | None) -> Iterator[Path]:
    """An empty folder to write the checkpoint of this step into; at the end it gets its name.

    Args:
        out_dir: The training's folder.
        step: Optimizer steps made.
        before: The checkpoint that stays beside it; all others go.

    Raises:
        OSError: The disk is full or not writable; what was written is removed, older checkpoints stay.
    """
    writing = out_dir / FOLDER / f".step-{step:08d}"
    shutil.rmtree(writing, ignore_errors=True)
    try:
        writing.mkdir(parents=True)
        with system_errors(writing):
            yield writing
            write_manifest(writing)
        final = _named(writing)
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    for other in final.parent.glob("*step-*"):
        if other not in (final, before):
            shutil.rmtree(other, ignore_errors=True)


def path_of(out_dir: Path, step: int) -> Path:
    """Where the checkpoint of this step is."""
    return out_dir / FOLDER / f"step-{step:08d}"


def step_of(folder: Path) -> int:
    """The step of a checkpoint."""
    return int(folder.name.rpartition("-")[2])


def _named(writing: Path) -> Path:
    final = writing.with_name(writing.name.removeprefix("."))
    shutil.rmtree(final, ignore_errors=True)
    writing.rename(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # The name too must be on the disk before an older checkpoint goes.
    finally:
        os.close(folder)
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
