"""Texts with a label: one text, or a pair, to one of several classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import Features, Value

from models.data.columns import Columns, find_columns
from models.data.formats.base import Normalized, Parts, Row
from models.data.formats.labelled_texts import LabelledTexts
from models.data.formats.text_tokens import text_token_features
from models.data.labels import is_unlabelled, label_keys, name_classes
from models.data.splits import Table
from models.data.texts import check_texts, without_empty
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

Texts = list[tuple[str, str | None]]


class Classes(LabelledTexts):
    """Rows `text`, maybe `text_pair`, and `label`, an index into `about["labels"]`."""

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name, labels as indices; splits without labels that nobody asked for are left out."""
        columns, problems = find_columns(spec, tables)
        if columns is None or problems:
            return Normalized({}, problems=problems)
        notes = [named(columns)]
        tables = without_empty(spec, tables, texts_of(columns), notes)
        kept = _without_unlabelled(spec, tables, columns, notes)
        texts, problems = read_texts(kept, columns)
        keys: dict[str, list[str | None]] = {}
        for split, table in kept.items():
            keys[split], found = label_keys(table, columns.label)
            problems += found
        labels, index, found = name_classes(spec, kept, keys, columns.label)
        problems += found
        about = {"labels": list(labels), "pair": columns.text_pair is not None}
        if problems:
            return Normalized({}, about, problems, notes)
        parts: Parts = {}
        for split, table in kept.items():
            rows = zip(texts[split], keys[split], strict=True)
            parts[split] = [as_row(text, index[key]) for text, key in rows if key is not None]
            if left_out := table.rows - len(parts[split]):
                notes.append(f"{split}: {left_out} rows without a label (-1) were left out")
        return Normalized(parts, about, problems, notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts, and the class as a whole number."""
        return Features(text_features(about) | {"label": Value("int64")})

    def stratum(self, row: Row) -> int:
        """The class."""
        return int(row["label"])

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids and the class."""
        return Features(text_token_features(tokenizers, bool(about["pair"])) | {"labels": Value("int64")})


def text_features(about: Mapping[str, Any]) -> dict[str, Any]:
    """Types of the texts of a row."""
    pair = {"text_pair": Value("string")} if about["pair"] else {}
    return {"text": Value("string")} | pair


def texts_of(columns: Columns) -> list[str]:
    """The columns that hold text."""
    return [columns.text, *([columns.text_pair] if columns.text_pair is not None else [])]


def named(columns: Columns) -> str:
    """Which columns were found, for people."""
    text = f"text: column {columns.text!r}; label: column {columns.label!r}"
    return text if columns.text_pair is None else f"{text}; second text: column {columns.text_pair!r}"


def as_row(text: tuple[str, str | None], label: Any) -> Row:
    """A normalized row."""
    pair = {} if text[1] is None else {"text_pair": text[1]}
    return {"text": text[0], **pair, "label": label}


def read_texts(tables: Mapping[str, Table], columns: Columns) -> tuple[dict[str, Texts], list[Problem]]:
    """The texts of every split, with what is wrong with them."""
    texts: dict[str, Texts] = {}
    problems: list[Problem] = []
    for split, table in tables.items():
        firsts, found = check_texts(table, columns.text, "text")
        problems += found
        seconds: Sequence[str | None] = [None] * table.rows
        if columns.text_pair is not None:
            seconds, found = check_texts(table, columns.text_pair, "text_pair")
            problems += found
        texts[split] = list(zip(firsts, seconds, strict=False))
    return texts, problems


def _without_unlabelled(
    spec: DataSpec, tables: Mapping[str, Table], columns: Columns, notes: list[str]
) -> dict[str, Table]:
    """Leave out a split that nobody asked for by name and that has no labels."""
    kept = dict(tables)
    for split in ("validation", "test"):
        if split in kept and getattr(spec, split) is None and is_unlabelled(kept[split], columns.label):
            notes.append(f"{split}: {kept.pop(split).name} has no labels (all -1) and was ignored")
    return kept
