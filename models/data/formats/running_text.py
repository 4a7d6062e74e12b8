"""Texts to continue: language modelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from datasets import Features, List, Value

from models.data.columns import find_role
from models.data.formats.base import Format, Normalized, Parts, Row
from models.data.formats.inputs import text_rows
from models.data.formats.pairs_to_generate import end_id_of
from models.data.splits import Table
from models.data.texts import check_texts, without_empty
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

TEXTS = ("text", "content", "document", "body")


class RunningText(Format):
    """Rows `text`."""

    text_keys: ClassVar[tuple[str, ...]] = ("text",)
    free_keys: ClassVar[tuple[str, ...]] = ("text",)
    label_key: ClassVar[str | None] = None
    cuttable: ClassVar[bool] = False

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """The column by name."""
        problems: list[Problem] = []
        column = find_role(tables, "text", spec.text, TEXTS, problems)
        if column is None:
            return Normalized({}, problems=problems)
        notes = [f"text: column {column!r}"]
        tables = without_empty(spec, tables, [column], notes)
        parts: Parts = {}
        for split, table in tables.items():
            texts, found = check_texts(table, column, "text")
            problems += found
            parts[split] = [{"text": text} for text in texts]
        return Normalized({} if problems else parts, {}, problems, notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts."""
        return Features({"text": Value("string")})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids; the answer to each token is the next."""
        return Features({"input_ids": List(Value("int32"))})

    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """Blocks of at most `max_length` tokens: each text with its end mark, long ones divided.

        With `pack`, texts follow each other without a gap, so that every block but the last of some thousand rows is
        full; without, no block holds more than one text.
        """
        encoded = tokenizers.source(
            list(rows["text"]),
            add_special_tokens=False,
            padding=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        end = end_id_of(tokenizers.source)
        texts = [[*ids, end] for ids in encoded["input_ids"]]
        if spec.pack:
            texts = [[token for ids in texts for token in ids]]
        blocks = [ids[at : at + spec.max_length] for ids in texts for at in range(0, len(ids), spec.max_length)]
        return {"input_ids": [block for block in blocks if len(block) > 1]}

    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """The beginning of a text each."""
        return [{"text": row["text"]} for row in text_rows(inputs)]
