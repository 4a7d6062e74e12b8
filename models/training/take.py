"""Takes over another training's checkpoint: its weights, optimizer, schedule, random states and place in the data."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.manifest import MANIFEST, damage, write_manifest
from models.training import checkpoint
from models.training.evaluator import BEST_FOLDER
from models.training.warm import KEPT


@dataclass(frozen=True)
class Taking:
    """What is to be taken over.

    Attributes:
        folder: The checkpoint, as `keep_aside` left it.
        origin: A name for it that nothing else has.
    """

    folder: str
    origin: str


def keep_aside(out_dir: Path, folder: Path) -> Path | None:
    """Keep a training's newest checkpoint in a folder of its own, though the training goes on. Files are shared.

    Args:
        out_dir: Of the training.
        folder: Where `step-00000120` is to be.

    Returns:
        The kept checkpoint; None: there is none to keep.
    """
    found = checkpoint.newest(out_dir)
    if found is None:
        return None
    kept = folder / found.name
    if not kept.is_dir():
        new = kept.with_name(f".{kept.name}-{os.getpid()}")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(found, new, copy_function=_link)
        if (start := out_dir / checkpoint.FOLDER / KEPT).is_file():  # A checkpoint has only what trains.
            _link(str(start), str(new / KEPT))
            (new / MANIFEST).unlink()  # It shares the file with the checkpoint's own.
            write_manifest(new)
        new.rename(kept)
    return kept


def is_taken(taking: Taking, out_dir: Path) -> bool:
    """Whether it was taken over, and the newest checkpoint goes back to it."""
    own = checkpoint.newest(out_dir)
    return own is not None and _progress(own).get(checkpoint.ORIGIN) == taking.origin


def take(taking: Taking, out_dir: Path) -> None:
    """Make another training's checkpoint this training's only one; nothing, where that was done before.

    What the other one measured stays with it: best weights, evaluations and seconds are those that follow.

    Raises:
        InputError: The checkpoint is not there, or broken.
    """
    if is_taken(taking, out_dir):
        return
    source = Path(taking.folder)
    if broken := damage(source):
        raise InputError.one(taking.folder, f"must be a whole checkpoint: {broken}")
    checkpoint.remove(out_dir)
    shutil.rmtree(out_dir / BEST_FOLDER, ignore_errors=True)
    if (source / KEPT).is_file():
        (out_dir / checkpoint.FOLDER).mkdir(parents=True)
        _link(str(source / KEPT), str(out_dir / checkpoint.FOLDER / KEPT))
    with checkpoint.new(out_dir, checkpoint.step_of(source), None) as folder:
        for path in source.iterdir():
            if path.name not in (MANIFEST, checkpoint.PROGRESS, KEPT):
                _link(str(path), str(folder / path.name))
        checkpoint.write_progress(folder, _renewed(_progress(source), taking.origin))


def _renewed(progress: dict[str, Any], origin: str) -> dict[str, Any]:
    """The progress of a checkpoint for another training, which has measured nothing yet."""
    best = {"value": None, "step": 0, "epoch": 0.0, "waited": 0}
    evaluator = {**progress["evaluator"], "best": best, "evaluations": [], "weights": None, "train_s_reported": 0.0}
    return {**progress, "seconds": {}, "evaluator": evaluator, checkpoint.ORIGIN: origin}


def _progress(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / checkpoint.PROGRESS).read_text(encoding="utf-8"))
    return found


def _link(source: str, target: str) -> None:
    """The same file under another name: what is written is never changed, only replaced."""
    try:
        os.link(source, target)
    except OSError:  # Another file system, or one without links.
        shutil.copyfile(source, target)
