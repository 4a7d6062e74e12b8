"""A sweep's config as it was begun, composed again, with what a person changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hpo.config.compose import Composed, compose
from hpo.errors import InputError
from hpo.place import Place
from hpo.results import key_of, override_text

# Said by the command itself, or decided when the sweep was begun.
STORAGE = "cluster.storage"
BUDGET, STOP = ("sweep.trials", "sweep.hours"), "sweep.stop"
PLACES = ("output_dir", "ledger", "ledger.url", "sweep.name")


def composed_again(about: Mapping[str, Any], place: Place, overrides: Sequence[str]) -> Composed:
    """The config of a sweep in the ledger.

    Args:
        about: What the ledger knows of the sweep.
        place: Where it is now; it may have been moved.
        overrides: The person's own; they win over the recorded ones.

    Raises:
        InputError: An override that a resumed sweep cannot take, or that does not compose.
    """
    for text in overrides:
        if "=" not in text:
            raise InputError.one(text, "not an override", "write key=value")
        if key_of(text) in BUDGET or key_of(text).startswith(STOP):
            raise InputError.one(key_of(text), "is what the sweep was begun with", "more of it: hpo extend NAME")
        if key_of(text) == STORAGE:
            raise InputError.one(STORAGE, "is where the sweep's checkpoints and weights are", "begin a new sweep")
        if key_of(text) in PLACES:
            raise InputError.one(
                key_of(text), "cannot be changed here", "--output-dir DIR and --ledger URL say where it is"
            )
    mine = {key_of(text) for text in overrides}
    kept = [text for text in about["overrides"] if key_of(text) not in mine and key_of(text) not in PLACES]
    where = [f"output_dir={override_text(str(place.output_dir.resolve()))}"]
    where += [] if place.url is None else [f"ledger.url={override_text(place.url)}"]
    return compose([*kept, *overrides, *where], about["config_dir"])


@contextlib.contextmanager
def in_its_folder(about: Mapping[str, Any]) -> Iterator[None]:
    """Work where the sweep was begun, where that is to be had: relative paths in its config mean the same."""
    folder = Path(about["cwd"])
    with contextlib.chdir(folder) if folder.is_dir() else contextlib.nullcontext():
        yield
