"""A text and the text to make of it: translation and summarization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from datasets import Features, List, Value

from models.data.columns import find_role
from models.data.formats.base import Format, Normalized, Parts, Row
from models.data.formats.inputs import text_rows
from models.data.splits import Table
from models.data.texts import check_texts, without_empty
from models.errors import Problem
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

SOURCES = ("source", "src", "document", "article", "dialogue", "text")
TARGETS = ("target", "tgt", "summary", "highlights", "translation")
REFERENCES = "references"


class Generation(Format):
    """Rows `text`, `target`, and `references`: all texts that count as right, the target where there is but one."""

    text_keys: ClassVar[tuple[str, ...]] = ("text",)
    free_keys: ClassVar[tuple[str, ...]] = ("text",)
    label_key: ClassVar[str | None] = "target"

    def normalize(self, spec: DataSpec, tables: Mapping[str, Table]) -> Normalized:
        """Columns by name."""
        problems: list[Problem] = []
        source = find_role(tables, "text", spec.text, SOURCES, problems)
        target = find_role(tables, "target", spec.target, TARGETS, problems)
        if source is None or target is None:
            return Normalized({}, problems=problems)
        if source == target:
            return Normalized(
                {}, problems=[Problem("data.target", f"must be another column than the text, {source!r}")]
            )
        notes = [f"text: column {source!r}; target: column {target!r}"]
        tables = without_empty(spec, tables, [source, target], notes)
        parts: Parts = {}
        for split, table in tables.items():
            texts, found = check_texts(table, source, "text")
            problems += found
            targets, found = check_texts(table, target, "target")
            problems += found
            lists = table.values(REFERENCES) if REFERENCES in table.columns else [None] * table.rows
            rows = zip(texts, targets, lists, strict=False)
            parts[split] = [
                {"text": text, "target": wanted, "references": [str(item) for item in given or [wanted]]}
                for text, wanted, given in rows
            ]
        return Normalized({} if problems else parts, {}, problems, notes)

    def features(self, about: Mapping[str, Any]) -> Features:
        """Texts."""
        texts = {key: Value("string") for key in ("text", "target")}
        return Features(texts | {"references": List(Value("string"))})

    def token_features(self, tokenizers: Tokenizers, about: Mapping[str, Any]) -> Features:
        """Token ids of the text and of the target."""
        return Features({name: List(Value("int32")) for name in ("input_ids", "labels")})

    def encode(
        self,
        rows: Mapping[str, Sequence[Any]],
        first: int,
        tokenizers: Tokenizers,
        spec: DataSpec,
        about: Mapping[str, Any],
    ) -> dict[str, list[Any]]:
        """`input_ids` of `prefix` and text; `labels` of the target, with its end mark, without one of a beginning."""
        columns = {"input_ids": _ids(tokenizers.source, [spec.prefix + text for text in rows["text"]], spec.max_length)}
        if "target" in rows:
            columns["labels"] = target_ids(tokenizers.target, rows["target"], spec.max_target_length)
        return columns

    def texts(self, rows: Mapping[str, Sequence[Any]]) -> list[str]:
        """The sources."""
        return list(rows["text"])

    def target_texts(self, rows: Mapping[str, Sequence[Any]]) -> list[str]:
        """The targets."""
        return list(rows["target"])

    def input_rows(self, inputs: Sequence[Any]) -> list[Row]:
        """A text each."""
        return [{"text": row["text"]} for row in text_rows(inputs)]


def target_ids(tokenizer: Any, texts: Sequence[str], max_length: int) -> list[list[int]]:
    """Token ids that a decoder is to give: the text, then the end mark; cut to `max_length`, the end mark kept."""
    end = end_id_of(tokenizer)
    encoded = tokenizer(
        text_target=list(texts),
        add_special_tokens=False,
        truncation=True,
        max_length=max_length - 1,
        padding=False,
        return_attention_mask=False,
        verbose=False,
    )
    return [[*ids, end] for ids in encoded["input_ids"]]


def end_id_of(tokenizer: Any) -> int:
    """The token that ends a text: the end mark, or, for encoders' tokenizers, the separator."""
    found = tokenizer.eos_token_id if tokenizer.eos_token_id is not None else tokenizer.sep_token_id
    if found is None:
        raise ValueError(f"{type(tokenizer).__name__} has neither an end mark nor a separator")
    return int(found)


def _ids(tokenizer: Any, texts: Sequence[str], max_length: int) -> list[list[int]]:
    encoded = tokenizer(
        list(texts),
        truncation=True,
        max_length=max_length,
        padding=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    return list(encoded["input_ids"])
