"""Heads on an encoder: a linear layer that gives one vector a text, or one a token.

Shapes: B rows, L tokens, H hidden size, K outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from models.network import Network
from models.pretrained.dropout import head_dropout
from models.tasks.pooling import POOLINGS
from models.tasks.rows import inputs_of

FEATURES = "features"  # Column of vectors that a frozen backbone made of the rows.
DEFAULT_INIT_STD = 0.02  # Devlin et al. 2018, for configurations that do not name their own.


class Head(nn.Linear):
    """Dropout and a linear layer, with what it takes of an encoder's output.

    Args:
        config: The encoder's configuration.
        outputs: K.
        dropout: Before the layer; None: as the configuration has it.
    """

    def __init__(self, config: Any, outputs: int, dropout: float | None) -> None:
        super().__init__(hidden_size_of(config), outputs)
        self.dropout = nn.Dropout(head_dropout(config, dropout))

    def read(self, hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
        """Logits, fp32, of the encoder's token vectors, those with mask 0 being padding."""
        return self.above(self.taken(hidden_blh, mask_bl))

    def above(self, taken: torch.Tensor) -> torch.Tensor:
        """Logits, fp32, of what `taken` gave."""
        logits: torch.Tensor = self(self.dropout(taken)).float()
        return logits

    def taken(self, hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
        """The vectors that the layer works on, (B, …, H)."""
        raise NotImplementedError  # Abstract; torch's modules are no ABCs.


class PooledHead(Head):
    """One output vector a text: logits (B, K).

    Args:
        pooling: A name in `POOLINGS`.
    """

    def __init__(self, config: Any, pooling: str, outputs: int, dropout: float | None) -> None:
        super().__init__(config, outputs, dropout)
        self.pool = POOLINGS[pooling]

    def taken(self, hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
        """The text's vector, (B, H)."""
        return self.pool(hidden_blh, mask_bl)


class TokenHead(Head):
    """One output vector a token: logits (B, L, K)."""

    def taken(self, hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
        """Every token's vector, (B, L, H)."""
        return hidden_blh


class HeadNetwork(Network):
    """A backbone and a head.

    Args:
        backbone: Gives `last_hidden_state` (B, L, H).
        head: Reads it.
    """

    def __init__(self, backbone: nn.Module, head: Head) -> None:
        super().__init__(backbone)
        self.head = head

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        """The head's logits of `input_ids` and `attention_mask` (B, L), and segments where the data has them.

        Where the batch has `features`, what the head takes was computed before, and the backbone is left out.
        """
        return self.head.above(batch[FEATURES] if FEATURES in batch else self.features(batch))

    def features(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the head takes of the backbone's output, (B, …, H)."""
        inputs = inputs_of(batch)
        return self.head.taken(self.backbone(**inputs).last_hidden_state, inputs["attention_mask"])


def reset_linear(linear: nn.Linear, config: Any, generator: torch.Generator) -> None:
    """Normal weights with the architecture's own deviation, zero bias; the global generator is left as it was."""
    std = getattr(config, "initializer_range", None) or DEFAULT_INIT_STD
    nn.init.normal_(linear.weight, std=std, generator=generator)
    nn.init.zeros_(linear.bias)


def hidden_size_of(config: Any) -> int:
    """H of a transformers configuration; some architectures name it otherwise."""
    for name in ("hidden_size", "d_model", "dim", "n_embd"):
        if isinstance(found := getattr(config, name, None), int):
            return found
    raise ValueError(f"{type(config).__name__} names no hidden size")
