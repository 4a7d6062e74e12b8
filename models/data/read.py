"""Read any source into three normalized splits, or say everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset, Features

from models.data.care import clean, normalize_text
from models.data.cut import cut, subsample
from models.data.disk import load_disk
from models.data.docstrings import load_docstrings
from models.data.files import load_files
from models.data.formats import FORMATS, Format, Parts, Row
from models.data.formats.base import columns_of
from models.data.hub import load_hub
from models.data.parts import each_part, together
from models.data.splits import SPLITS, Source, Splits
from models.errors import InputError, Problem
from models.spec import DataSpec, DiskData, DocstringsData, FileData, HubData, MultiTaskData

FEWEST_ROWS = 2


def read(spec: DataSpec, cache_dir: Path | None = None) -> Splits:
    """Load the rows that `spec` describes, normalize them, divide them, and clean them.

    Args:
        spec: The rows.
        cache_dir: Where files at a URL are kept; None: as long as the process lives.

    Raises:
        InputError: With every problem that was found: files, rows, columns, labels, sizes of splits.
    """
    if isinstance(spec, MultiTaskData):
        return together(spec, each_part(spec, lambda _, part: read(part, cache_dir)))
    source = _load(spec, cache_dir)
    problems = list(source.problems)
    problems += _fraction_problems(spec, source)
    if "train" not in source.tables:
        raise InputError(problems)
    kind = FORMATS[spec.task]
    found = kind.normalize(spec, source.tables)
    problems += found.problems
    if problems:
        raise InputError(problems)
    notes = [*found.notes[:1], *source.notes, *found.notes[1:]]
    parts, problems = _divide(spec, kind, normalized(spec, kind, found.parts), notes)
    rows_read = {name: len(rows) for name, rows in parts.items()}
    actions = {"duplicates": spec.duplicates, "conflicts": spec.conflicts, "leakage": spec.leakage}
    parts, findings = clean(parts, kind.text_keys, kind.label_key, **actions)
    notes += [f"train: {count} rows dropped: {reason}" for reason, count in findings.dropped.items() if count]
    parts["train"], more = _draw(spec, kind, parts["train"], notes)
    problems += more
    if len(parts["train"]) < FEWEST_ROWS:
        message = f"the train split needs at least {FEWEST_ROWS} rows, got {len(parts['train'])}"
        problems.append(Problem("data.train", message))
    if problems:
        raise InputError(problems)
    features = kind.features(found.about)
    train, validation, test = (_dataset(parts[name], features) for name in SPLITS)
    return Splits(
        train, validation, test, found.about, tuple(notes), {"rows_read": rows_read, "found": findings.to_dict()}
    )


def normalized(spec: DataSpec, kind: Format, parts: Parts) -> Parts:
    """The rows with the texts that may change in the form that `data.normalize` asks for."""
    if spec.normalize == "none":
        return parts
    keep_lines = kind.label_key is None

    def one(value: Any) -> Any:
        if isinstance(value, str):
            return normalize_text(value, spec.normalize, keep_lines=keep_lines) or value
        return [normalize_text(word, spec.normalize) or word for word in value]

    return {
        split: [row | {key: one(row[key]) for key in kind.free_keys if key in row} for row in rows]
        for split, rows in parts.items()
    }


def _load(spec: DataSpec, cache_dir: Path | None) -> Source:
    if isinstance(spec, FileData):
        return load_files(spec, cache_dir)
    if isinstance(spec, DocstringsData):
        return load_docstrings(spec)
    if isinstance(spec, HubData):
        return load_hub(spec)
    if isinstance(spec, DiskData):
        return load_disk(spec)
    raise InputError.one(
        "data.source", f"is no kind of source: {spec.source!r}", "docstrings, csv, json, parquet, hub, disk"
    )


def _fraction_problems(spec: DataSpec, source: Source) -> list[Problem]:
    cuts_both = spec.validation is None and spec.test is None and source.tables.keys() <= {"train"}
    total = spec.validation_fraction + spec.test_fraction
    if cuts_both and total >= 1:
        message = f"validation_fraction + test_fraction must be below 1, got {total:g}"
        return [Problem("data.validation_fraction", message)]
    return []


def _divide(spec: DataSpec, kind: Format, parts: Parts, notes: list[str]) -> tuple[Parts, list[Problem]]:
    """Cut the splits that are missing from the training rows."""
    rows = parts["train"]
    cut_validation, cut_test = "validation" not in parts, "test" not in parts
    fractions = (spec.validation_fraction * cut_validation, spec.test_fraction * cut_test)
    strata = [kind.stratum(row) for row in rows]
    indices = cut(strata, *fractions, spec.split_seed)
    divided = {name: parts.get(name, [rows[at] for at in indices[name]]) for name in ("validation", "test")}
    divided["train"] = [rows[at] for at in indices["train"]]
    problems = []
    for name, is_cut, fraction in zip(("validation", "test"), (cut_validation, cut_test), fractions, strict=True):
        if is_cut and fraction:
            notes.append(f"{name}: {len(divided[name])} of {len(rows)} training rows cut, stratified")
        if len(divided[name]) < FEWEST_ROWS and (fraction or not is_cut):
            where = f"data.{name}_fraction" if is_cut else f"data.{name}"
            got = f"{fraction:g} of {len(rows)} rows" if is_cut else f"{len(divided[name])}"
            problems.append(Problem(where, f"the {name} split needs at least {FEWEST_ROWS} rows, got {got}"))
    return divided, problems


def _draw(spec: DataSpec, kind: Format, rows: list[Row], notes: list[str]) -> tuple[list[Row], list[Problem]]:
    if spec.train_rows is None:
        return rows, []
    strata = [kind.stratum(row) for row in rows]
    if spec.train_rows < len(set(strata)):
        rule = f"must be at least the number of classes, {len(set(strata))}, got {spec.train_rows}"
        return rows, [Problem("data.train_rows", rule)]
    if spec.train_rows >= len(rows):
        return rows, []
    notes.append(f"train: {spec.train_rows} of {len(rows)} rows drawn, stratified")
    return [rows[at] for at in subsample(strata, spec.train_rows, spec.split_seed)], []


def _dataset(rows: Sequence[Row], features: Features) -> Dataset:
    columns: Mapping[str, list[Any]] = columns_of(rows) or {name: [] for name in features}
    return Dataset.from_dict({name: columns[name] for name in features}, features=features)
