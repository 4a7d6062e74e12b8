"""Texts to token ids, once; and the key under which a tokenizer's work is kept."""

from __future__ import annotations

import hashlib
import json
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

from models.data.formats import Format
from models.data.store import ROWS_AT_ONCE, write_rows
from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec

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


def write_tokens(
    path: Path, rows: Dataset, kind: Format, tokenizers: Tokenizers, about: Mapping[str, Any], spec: DataSpec
) -> None:
    """Tokenize normalized rows into an Arrow file with the columns of the format, no padding.

    Args:
        path: The file to write.
        rows: The rows of one split.
        kind: The format that they have.
        tokenizers: Those of the model.
        about: What is known of the data as a whole.
        spec: `max_length` and its like.
    """
    schema = kind.token_features(tokenizers, about).arrow_schema
    write_rows(path, schema, _batches(rows, kind, tokenizers, spec, about, schema))


def _batches(
    rows: Dataset, kind: Format, tokenizers: Tokenizers, spec: DataSpec, about: Mapping[str, Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows.num_rows, ROWS_AT_ONCE):
        columns = kind.encode(rows[start : start + ROWS_AT_ONCE], start, tokenizers, spec, about)
        yield pa.record_batch([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
