"""Texts, or pairs of texts, to token ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasets import List, Value

from models.pretrained.tokenizers import Tokenizers
from models.spec import DataSpec


def text_token_features(tokenizers: Tokenizers, pair: bool) -> dict[str, Any]:
    """Types of the columns of `encode_texts`; segments only for pairs, if the tokenizer makes them."""
    features: dict[str, Any] = {"input_ids": List(Value("int32"))}
    if pair and "token_type_ids" in tokenizers.source.model_input_names:
        features["token_type_ids"] = List(Value("int8"))
    return features


def encode_texts(rows: Mapping[str, Sequence[Any]], tokenizers: Tokenizers, spec: DataSpec) -> dict[str, list[Any]]:
    """`input_ids` without padding, and `token_type_ids` for pairs; of a pair, the longer text is cut first."""
    pair = "text_pair" in rows
    features = text_token_features(tokenizers, pair)
    encoded = tokenizers.source(
        list(rows["text"]),
        list(rows["text_pair"]) if pair else None,
        truncation="longest_first",
        max_length=spec.max_length,
        padding=False,
        return_attention_mask=False,
        return_token_type_ids="token_type_ids" in features,
        verbose=False,
    )
    return {name: encoded[name] for name in features}
