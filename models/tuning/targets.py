"""Finding the linear layers of an encoder by name."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from transformers.pytorch_utils import Conv1D

# Query and value projections (what Hu et al. 2021 adapt), by the names that transformers' architectures give them.
QUERY_VALUE = (
    ("query", "value"),  # BERT, RoBERTa, ELECTRA, ALBERT, XLM-R
    ("query_proj", "value_proj"),  # DeBERTa v2 and v3
    ("q_lin", "v_lin"),  # DistilBERT, XLM
    ("q_proj", "v_proj"),  # BART, Llama, Qwen, Gemma
    ("q", "v"),  # MPNet, T5
    ("Wqkv",),  # ModernBERT
    ("in_proj",),  # DeBERTa v1
    ("query_key_value",),  # BLOOM, GPT-NeoX
    ("qkv_proj",),  # Phi, NomicBERT
    ("c_attn",),  # GPT-2
)


def linear_names(encoder: torch.nn.Module) -> list[str]:
    """Dotted names of all linear layers."""
    return [name for name, module in encoder.named_modules() if isinstance(module, (torch.nn.Linear, Conv1D))]


def matching(names: Iterable[str], target: str) -> list[str]:
    """The names that a target means: the whole name, or its last parts, as peft matches them."""
    return [name for name in names if name == target or name.endswith(f".{target}")]


def attention_targets(encoder: torch.nn.Module) -> tuple[str, ...]:
    """Last parts of the names of the attention's query and value layers; empty when they are not known."""
    names = linear_names(encoder)
    return next((pair for pair in QUERY_VALUE if all(matching(names, target) for target in pair)), ())
