"""Encoder, pooling, dropout, linear head.

Shapes: B rows, L tokens, H hidden size, K classes.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from models.pretrained.dropout import head_dropout
from models.tasks.pooling import POOLINGS

DEFAULT_INIT_STD = 0.02  # Devlin et al. 2018, for configurations that do not name their own.


class TextClassifier(nn.Module):
    """Any transformers encoder with a linear classification head.

    Args:
        encoder: Gives `last_hidden_state` (B, L, H).
        pooling: A name in `POOLINGS`.
        classes: K.
        dropout: Before the head; None: as the encoder's configuration has it.
    """

    def __init__(self, encoder: nn.Module, pooling: str, classes: int, dropout: float | None) -> None:
        super().__init__()
        self.encoder = encoder
        self.config: Any = encoder.config
        self.pool = POOLINGS[pooling]
        self.dropout = nn.Dropout(head_dropout(self.config, dropout))
        self.head = nn.Linear(hidden_size_of(self.config), classes)

    def reset_head(self, seed: int) -> None:
        """Random weights of the head that depend on `seed` only; the global generator is left as it was."""
        std = getattr(self.config, "initializer_range", None) or DEFAULT_INIT_STD
        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.head.weight, std=std, generator=generator)
        nn.init.zeros_(self.head.bias)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Logits.

        Args:
            input_ids: (B, L) token ids.
            attention_mask: (B, L), 1 at real tokens.
            token_type_ids: (B, L) segments, for encoders that know them.

        Returns:
            (B, K), fp32.
        """
        segments = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        hidden_blh = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **segments).last_hidden_state
        pooled_bh = self.pool(hidden_blh, attention_mask)
        logits: torch.Tensor = self.head(self.dropout(pooled_bh)).float()
        return logits


def hidden_size_of(config: Any) -> int:
    """H of a transformers configuration; some architectures name it otherwise."""
    for name in ("hidden_size", "d_model", "dim", "n_embd"):
        if isinstance(found := getattr(config, name, None), int):
            return found
    raise ValueError(f"{type(config).__name__} names no hidden size")
