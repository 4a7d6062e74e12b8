"""Read any source into three normalized splits, or say everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datasets import Dataset, Features, Value

from models.data.columns import Columns, find_columns
from models.data.cut import cut, subsample
from models.data.disk import load_disk
from models.data.docstrings import load_docstrings
from models.data.files import load_files
from models.data.hub import load_hub
from models.data.labels import is_unlabelled, label_keys, name_classes
from models.data.splits import Source, Splits, Table
from models.data.texts import check_texts
from models.errors import InputError, Problem
from models.spec import DataSpec, DiskData, DocstringsData, FileData, HubData

FEWEST_ROWS = 2

Row = tuple[str, str | None, int]  # Text, second text, label.
Parts = dict[str, list[Row]]


def read(spec: DataSpec) -> Splits:
    """Load the rows that `spec` describes, normalize them and divide them.

    Raises:
        InputError: With every problem that was found: files, rows, columns, labels, sizes of splits.
    """
    source = _load(spec)
    problems = list(source.problems)
    notes = list(source.notes)
    problems += _fraction_problems(spec, source)
    if "train" not in source.tables:
        raise InputError(problems)
    columns, found = find_columns(spec, source.tables)
    problems += found
    if columns is None or found:
        raise InputError(problems)
    tables = _without_unlabelled(spec, source.tables, columns, notes)
    parts, labels, found = _normalize(spec, tables, columns, notes)
    problems += found
    if problems:
        raise InputError(problems)
    parts, found = _divide(spec, parts, len({row[2] for row in parts["train"]}), notes)
    if found:
        raise InputError(found)
    pair = columns.text_pair is not None
    named = f"text: column {columns.text!r}; label: column {columns.label!r}"
    notes.insert(0, f"{named}; second text: column {columns.text_pair!r}" if pair else named)
    train, validation, test = (_dataset(parts[name], pair) for name in ("train", "validation", "test"))
    return Splits(train, validation, test, labels, pair, tuple(notes))


def _load(spec: DataSpec) -> Source:
    if isinstance(spec, FileData):
        return load_files(spec)
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


def _without_unlabelled(
    spec: DataSpec, tables: Mapping[str, Table], columns: Columns, notes: list[str]
) -> dict[str, Table]:
    """Leave out a split that nobody asked for by name and that has no labels."""
    kept = dict(tables)
    for split in ("validation", "test"):
        if split in kept and getattr(spec, split) is None and is_unlabelled(kept[split], columns.label):
            notes.append(f"{split}: {kept.pop(split).name} has no labels (all -1) and was ignored")
    return kept


def _normalize(
    spec: DataSpec, tables: Mapping[str, Table], columns: Columns, notes: list[str]
) -> tuple[Parts, tuple[str, ...], list[Problem]]:
    problems: list[Problem] = []
    texts: dict[str, list[str]] = {}
    pairs: dict[str, list[str]] = {}
    keys: dict[str, list[str | None]] = {}
    for split, table in tables.items():
        texts[split], found = check_texts(table, columns.text, "text")
        problems += found
        if columns.text_pair is not None:
            pairs[split], found = check_texts(table, columns.text_pair, "text_pair")
            problems += found
        keys[split], found = label_keys(table, columns.label)
        problems += found
    labels, index, found = name_classes(spec, tables, keys, columns.label)
    problems += found
    if problems:
        return {}, labels, problems
    parts: Parts = {}
    for split, table in tables.items():
        seconds: Sequence[str | None] = pairs.get(split) or [None] * table.rows
        rows = zip(texts[split], seconds, keys[split], strict=True)
        parts[split] = [(text, second, index[key]) for text, second, key in rows if key is not None]
        if left_out := table.rows - len(parts[split]):
            notes.append(f"{split}: {left_out} rows without a label (-1) were left out")
    return parts, labels, problems


def _divide(spec: DataSpec, parts: Parts, classes: int, notes: list[str]) -> tuple[Parts, list[Problem]]:
    """Cut the splits that are missing from the training rows, then draw the subsample of what is left of them."""
    rows = parts["train"]
    cut_validation, cut_test = "validation" not in parts, "test" not in parts
    fractions = (spec.validation_fraction * cut_validation, spec.test_fraction * cut_test)
    indices = cut([row[2] for row in rows], *fractions, spec.split_seed)
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
    if len(divided["train"]) < FEWEST_ROWS:
        message = f"the train split needs at least {FEWEST_ROWS} rows, got {len(divided['train'])}"
        problems.append(Problem("data.train", message))
    if spec.train_rows is not None and spec.train_rows < classes:
        message = f"must be at least the number of classes, {classes}, got {spec.train_rows}"
        problems.append(Problem("data.train_rows", message))
    elif spec.train_rows is not None and spec.train_rows < len(divided["train"]):
        notes.append(f"train: {spec.train_rows} of {len(divided['train'])} rows drawn, stratified")
        drawn = subsample([row[2] for row in divided["train"]], spec.train_rows, spec.split_seed)
        divided["train"] = [divided["train"][at] for at in drawn]
    return divided, problems


def _dataset(rows: Sequence[Row], pair: bool) -> Dataset:
    columns: dict[str, Sequence[str | int | None]] = {"text": [row[0] for row in rows]}
    features = {"text": Value("string")}
    if pair:
        columns["text_pair"] = [row[1] for row in rows]
        features["text_pair"] = Value("string")
    columns["label"] = [row[2] for row in rows]
    features["label"] = Value("int64")
    return Dataset.from_dict(columns, features=Features(features))
