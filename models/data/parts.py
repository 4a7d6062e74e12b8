"""Several data sets read as one: each on its own, their problems together, and a list of which row is whose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from datasets import Dataset, Features, Value

from models.data.remote import UnreachableDataError
from models.data.splits import SPLITS, Splits
from models.errors import InputError, Problem
from models.spec import DataSpec, MultiTaskData
from models.spec.parts import part_specs, weight_of

Found = TypeVar("Found")
# A row of several data sets: the part's number, and the row's within the part's split.
FEATURES = Features({"part": Value("int32"), "row": Value("int64")})


def each_part(spec: MultiTaskData, work: Callable[[str, DataSpec], Found]) -> dict[str, Found]:
    """What `work` gives for each part, by name.

    Args:
        spec: The parts.
        work: Is given a part's name and its data.

    Raises:
        InputError: With the problems of all parts, each at the place of its part; an `UnreachableDataError` where a
            part's is.
    """
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    kind = InputError
    for name, part in part_specs(spec).items():
        try:
            found[name] = work(name, part)
        except InputError as error:
            problems += [_within(problem, name) for problem in error.problems]
            kind = UnreachableDataError if isinstance(error, UnreachableDataError) else kind
    if problems:
        raise kind(problems)
    return found


def together(spec: MultiTaskData, parts: Mapping[str, Splits]) -> Splits:
    """The rows of all parts, as `part` (its number) and `row` (index in the part's own split), part by part.

    Its `about` has `tasks` (the parts' tasks by name), `weights` (of their metrics), and `abouts` (what is known of
    each part).
    """
    specs = part_specs(spec)
    about: dict[str, Any] = {
        "tasks": {name: part.task for name, part in specs.items()},
        "weights": {name: weight_of(spec, name) for name in specs},
        "abouts": {name: dict(splits.about) for name, splits in parts.items()},
    }
    notes = tuple(f"{name}: {note}" for name, splits in parts.items() for note in splits.source_notes)
    train, validation, test = (
        rows_of_parts([len(getattr(splits, name)) for splits in parts.values()]) for name in SPLITS
    )
    return Splits(train, validation, test, about, notes, {name: dict(part.findings) for name, part in parts.items()})


def rows_of_parts(sizes: Sequence[int]) -> Dataset:
    """The rows of parts with so many rows each, one part after the other."""
    part_n = np.repeat(np.arange(len(sizes)), sizes)
    row_n = np.concatenate([np.arange(size) for size in sizes])
    return Dataset.from_dict({"part": part_n, "row": row_n}, features=FEATURES)


def fingerprint_of_parts(fingerprints: Mapping[str, str]) -> str:
    """SHA-256 (hex) of the parts' names and fingerprints, in order."""
    return hashlib.sha256(json.dumps(list(fingerprints.items())).encode()).hexdigest()


def _within(problem: Problem, part: str) -> Problem:
    """A part's problem, told of the part; problems of files and of the model stand where they are."""
    root, _, key = problem.where.partition(".")
    return replace(problem, where=f"data.tasks.{part}.{key}") if root == "data" and key else problem
