"""Take the three splits from a dataset that names its splits itself (hub, disk)."""

from __future__ import annotations

from collections.abc import Mapping

from datasets import ClassLabel, Dataset

from models.data.splits import SPLITS, Source, Table
from models.errors import Problem
from models.spec import DataSpec

OWN_NAMES = {"validation": ("validation", "valid", "val", "dev"), "test": ("test",)}


def from_named(spec: DataSpec, splits: Mapping[str, Dataset], name: str) -> Source:
    """Tables of the splits that `spec` names, else of the dataset's own validation and test split.

    Args:
        spec: `train`, `validation` and `test` are names of splits.
        splits: What the dataset has.
        name: The dataset, for messages.
    """
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    notes: list[str] = []
    for split in SPLITS:
        given = getattr(spec, split) if split != "train" else spec.train or "train"
        if given is None:
            named = {spec.train, spec.validation, spec.test}
            own = [key for key in OWN_NAMES[split] if key in splits and key not in named]
            if not own:
                continue
            given = own[0]
            notes.append(f"{split}: the dataset's own split {given!r}")
        if given not in splits:
            problems.append(Problem(f"data.{split}", f"{name} has no split {given!r}", f"splits: {', '.join(splits)}"))
        elif splits[given].num_rows == 0:
            problems.append(Problem(f"data.{split}", f"split {given!r} of {name} has no rows"))
        else:
            tables[split] = as_table(split, f"split {given!r} of {name}", splits[given])
    return Source(tables, problems, notes)


def as_table(split: str, name: str, dataset: Dataset) -> Table:
    """A table over a dataset; columns are read when they are asked for."""
    plain = dataset.with_format(None)
    class_names = {key: tuple(kind.names) for key, kind in plain.features.items() if isinstance(kind, ClassLabel)}
    columns = {key: plain[key] for key in plain.column_names}
    return Table(split, name, columns, plain.num_rows, class_names=class_names)
