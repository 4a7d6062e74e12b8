"""Folders as the hub gives them: small encoders of the known families with random weights and byte vocabularies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, BertConfig, DistilBertConfig, ElectraConfig, ModernBertConfig, RobertaConfig

from models.pretrained.tiny import tiny_tokenizer

SIZES: dict[str, Any] = {
    "vocab_size": 261,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "pad_token_id": 0,
    "initializer_range": 0.2,
}
CONFIGS: dict[str, Any] = {
    "bert": BertConfig(**SIZES),
    "electra": ElectraConfig(**SIZES, embedding_size=16),
    "roberta": RobertaConfig(**SIZES, bos_token_id=1, eos_token_id=2, max_position_embeddings=200),
    "distilbert": DistilBertConfig(
        vocab_size=261, dim=16, n_layers=2, n_heads=2, hidden_dim=32, pad_token_id=0, initializer_range=0.2
    ),
    "modernbert": ModernBertConfig(
        **SIZES, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2, max_position_embeddings=200
    ),
}


def save_encoder(folder: Path, family: str) -> str:
    """Write an encoder of a family in `CONFIGS` and its tokenizer; returns the folder."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        model = AutoModel.from_config(CONFIGS[family])
    model.save_pretrained(folder)
    tokenizer = tiny_tokenizer(128)
    if family in ("roberta", "distilbert", "modernbert"):
        names = ["input_ids", "attention_mask"]
        tokenizer.model_input_names = tokenizer.init_kwargs["model_input_names"] = names
    tokenizer.save_pretrained(folder)
    return str(folder)
