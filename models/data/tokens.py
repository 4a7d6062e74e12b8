"""Texts to token ids, once; and the key under which a tokenizer's work is kept."""

from __future__ import annotations

import hashlib
import json
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset, Features, List, Value

from models.data.store import ROWS_AT_ONCE, write_rows

_KEYS: weakref.WeakKeyDictionary[Any, tuple[Any, str]] = weakref.WeakKeyDictionary()


def tokenizer_key(tokenizer: Any) -> str:
    """SHA-256 (hex) of what decides a tokenizer's output; independent of the truncation and padding set last.

    Args:
        tokenizer: A Transformers tokenizer, fast or slow. Not changed.
    """
    state = (len(tokenizer), tokenizer.truncation_side, tuple(tokenizer.model_input_names))
    known = _KEYS.get(tokenizer)
    if known is not None and known[0] == state:
        return known[1]
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None:
        content = json.loads(backend.to_str())
        content.pop("truncation", None)
        content.pop("padding", None)
    else:
        plain = {
            name: repr(value) for name, value in tokenizer.init_kwargs.items() if not name.endswith(("path", "file"))
        }
        content = [type(tokenizer).__name__, tokenizer.get_vocab(), plain]
    text = json.dumps([state, getattr(tokenizer, "split_special_tokens", False), content], sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()
    _KEYS[tokenizer] = (state, key)
    return key


def write_tokens(path: Path, rows: Dataset, tokenizer: Any, max_length: int) -> None:
    """Tokenize normalized rows into an Arrow file with `input_ids`, `length` and `label`, no padding.

    Args:
        path: The file to write.
        rows: Columns `text`, `label` and, for pairs, `text_pair`.
        tokenizer: A Transformers tokenizer. For pairs, `token_type_ids` are kept if it makes them.
        max_length: Longest input, tokens; of a pair, the longer text is cut first.
    """
    pair = "text_pair" in rows.column_names
    features = {"input_ids": List(Value("int32"))}
    if pair and "token_type_ids" in tokenizer.model_input_names:
        features["token_type_ids"] = List(Value("int8"))
    features |= {"length": Value("int32"), "label": Value("int64")}
    schema = Features(features).arrow_schema
    write_rows(path, schema, _batches(rows, tokenizer, max_length, schema))


def _batches(rows: Dataset, tokenizer: Any, max_length: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows.num_rows, ROWS_AT_ONCE):
        batch = rows[start : start + ROWS_AT_ONCE]
        encoded = tokenizer(
            batch["text"],
            batch.get("text_pair"),
            truncation="longest_first",
            max_length=max_length,
            padding=False,
            return_attention_mask=False,
            return_token_type_ids="token_type_ids" in schema.names,
        )
        columns = {**encoded, "length": [len(ids) for ids in encoded["input_ids"]], "label": batch["label"]}
        arrays = [pa.array(columns[field.name], field.type) for field in schema]
        yield pa.record_batch(arrays, schema=schema)
