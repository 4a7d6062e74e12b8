"""`--resume FOLDER` of `hpo train`: a training that was interrupted goes on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import InputError
from hpo.results import in_config_dir
from models.spec import Change
from models.training import newest_checkpoint

FLAG = "--resume"
START = "training.json"  # Written before the first step: what the training is of.


@dataclass(frozen=True)
class Unfinished:
    """A training to go on with.

    Attributes:
        folder: Where it writes.
        arguments: The flags and overrides that it was begun with.
        changes: What changes in its course.
    """

    folder: Path
    arguments: list[str]
    changes: tuple[Change, ...] = ()


def unfinished(arguments: Sequence[str]) -> Unfinished | None:
    """What `--resume FOLDER` in a command line means; None where it is not there.

    Raises:
        InputError: The folder is not that of an interrupted training with a checkpoint, or there are overrides too.
    """
    parser = argparse.ArgumentParser(prog="hpo train", add_help=False, allow_abbrev=False)
    parser.add_argument(FLAG, dest="folder", type=Path, metavar="FOLDER")
    given, rest = parser.parse_known_args(arguments)
    if given.folder is None:
        return None
    if rest:
        rule = f"goes on with the settings that the training was begun with, but got {' '.join(rest)}"
        raise InputError.one(FLAG, rule, "leave them out, or begin a new training")
    start = given.folder / START
    if not start.is_file():
        raise InputError.one(FLAG, f"must be a folder that `hpo train` wrote, with {START}; got {given.folder}")
    if newest_checkpoint(given.folder) is None:
        hint = "checkpoints are written with train.checkpoint_every_steps, until the training has ended"
        raise InputError.one(FLAG, f"{given.folder} has no checkpoint to go on from", hint)
    begun = json.loads(start.read_text(encoding="utf-8"))
    changes = tuple(Change.of(change["step"], change["values"]) for change in begun.get("changes", []))
    return Unfinished(given.folder, [*in_config_dir(begun.get("config_dir")), *begun["overrides"]], changes)


def write_start(folder: Path, overrides: Sequence[str], config_dir: str | None, changes: Sequence[Change] = ()) -> None:
    """Keep what `unfinished` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [{"step": change.step, "values": dict(change.values)} for change in changes]
    text = json.dumps(
        {"overrides": list(overrides), "config_dir": config_dir, "changes": told}, indent=2, ensure_ascii=False
    )
    (folder / START).write_text(text, encoding="utf-8")
