"""Texts with any number of labels each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Features, List, Value

from models.data.columns import find_columns
from models.data.formats.base import Normalized
from models.data.formats.labelled import as_row, named, read_texts, text_features, texts_of
from models.data.formats.labelled_texts import LabelledTexts
from models.data.formats.text_tokens import text_token_features
from models.data.labels import sort_keys
from models.data.splits import Table
from models.data.texts import without_empty
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec


class LabelSets(LabelledTexts):
    """Rows `text`, maybe `text_pair`, and `label`, sorted indices into `about["labels"]`, maybe none."""

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name; labels are a list of names, or one text that `label_separator` divides."""
        columns, problems = find_columns(spec, tables)
        if columns is None or problems:
            return Normalized({}, problems=problems)
        notes = [named(columns)]
        tables = without_empty(spec, tables, texts_of(columns), notes)
        texts, problems = read_texts(tables, columns)
        keys: dict[str, list[list[str]]] = {}
        for split, table in tables.items():
            keys[split], found = _label_lists(table, columns.label, spec.label_separator)
            problems += found
        names = [str(name) for name in spec.labels or sort_keys({key for row in keys["train"] for key in row})]
        index = {name: at for at, name in enumerate(names)}
        if not problems and len(names) < 2:
            rule = f"{tables['train'].name} has {len(names)} labels; at least 2 are needed"
            problems.append(Problem("data.label", rule, f"read from column {columns.label!r}"))
        for split, table in tables.items():
            for key in sort_keys({key for row in keys[split] for key in row} - set(index)):
                rows = [at for at, row in enumerate(keys[split]) if key in row]
                rule = "is not in data.labels" if spec.labels else "is in no training row"
                problems += table.row_problems(rows, f"label {key!r} {rule}", f"labels: {', '.join(names)}")
        about = {"labels": names, "pair": columns.text_pair is not None}
        if problems:
            return Normalized({}, about, problems, notes)
        parts = {
            split: [
                as_row(text, sorted(index[key] for key in set(row)))
                for text, row in zip(texts[split], keys[split], strict=True)
            ]
            for split in tables
        }
        return Normalized(parts, about, problems, notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts, and the labels as whole numbers."""
        return Features(text_features(about) | {"label": List(Value("int64"))})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids, and the labels as ones among zeros (K)."""
        tokens = text_token_features(tokenizers, bool(about["pair"]))
        return Features(tokens | {"labels": List(Value("float32"), length=len(about["labels"]))})

    def answers(self, labels: Sequence[Any], about: Mapping[str, Any]) -> list[Any]:
        """Ones among zeros."""
        return [[float(at in row) for at in range(len(about["labels"]))] for row in labels]


def _label_lists(table: Table, column: str, separator: str | None) -> tuple[list[list[str]], list[Problem]]:
    names = table.class_names.get(column)
    found: list[list[str]] = []
    bad: list[int] = []
    values = table.values(column)
    for at, value in enumerate(values):
        parts = value.split(separator) if isinstance(value, str) and separator else value
        if not isinstance(parts, (list, tuple)) or not all(isinstance(part, (str, int)) for part in parts):
            bad.append(at)
            parts = []
        found.append([names[part] if names and isinstance(part, int) else str(part).strip() for part in parts])
    if not bad:
        return [[key for key in row if key] for row in found], []
    rule = f"{column} must be a list of labels, got {values[bad[0]]!r}"
    return found, table.row_problems(bad, rule, "labels in one text: give data.label_separator")
