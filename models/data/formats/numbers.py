"""Texts with a number: one text, or a pair, to a value on a scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from datasets import Features, Value

from models.data.columns import find_columns
from models.data.formats.base import Normalized, Parts
from models.data.formats.labelled import as_row, named, read_texts, text_features, texts_of
from models.data.formats.labelled_texts import LabelledTexts
from models.data.formats.text_tokens import text_token_features
from models.data.splits import Table
from models.data.texts import without_empty
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec


class Numbers(LabelledTexts):
    """Rows `text`, maybe `text_pair`, and `label`, a number; `about` has the training rows' mean and deviation."""

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name; every label must be a finite number."""
        columns, problems = find_columns(spec, tables)
        if columns is None or problems:
            return Normalized({}, problems=problems)
        notes = [named(columns)]
        tables = without_empty(spec, tables, texts_of(columns), notes)
        texts, problems = read_texts(tables, columns)
        values: dict[str, list[float]] = {}
        for split, table in tables.items():
            values[split], found = _numbers(table, columns.label)
            problems += found
        if not problems and len(set(values["train"])) < 2:
            rule = f"{tables['train'].name} has only one value, {values['train'][0]:g}; there is nothing to learn"
            problems.append(Problem("data.label", rule, f"read from column {columns.label!r}"))
        if problems:
            return Normalized({}, {}, problems, notes)
        parts: Parts = {
            split: [as_row(text, value) for text, value in zip(texts[split], values[split], strict=True)]
            for split in tables
        }
        train = values["train"]
        mean = math.fsum(train) / len(train)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in train) / len(train))
        about = {"pair": columns.text_pair is not None, "mean": mean, "deviation": deviation}
        return Normalized(parts, about, [], notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts, and the number."""
        return Features(text_features(about) | {"label": Value("float64")})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids and the number."""
        return Features(text_token_features(tokenizers, bool(about["pair"])) | {"labels": Value("float32")})


def _numbers(table: Table, column: str) -> tuple[list[float], list[Problem]]:
    raw = table.values(column)
    values = [_number(value) for value in raw]
    bad = [at for at, value in enumerate(values) if not math.isfinite(value)]
    if not bad:
        return values, []
    rule = f"{column} must be a finite number, got {raw[bad[0]]!r}"
    return values, table.row_problems(bad, rule, "regression needs a number a row")


def _number(value: Any) -> float:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            return math.nan
    return math.nan
