"""Transformer encoder (Vaswani et al. 2017, arXiv:1706.03762) with normalization before each part.

In that order (Xiong et al. 2020, arXiv:2002.04745) it trains from nothing without a long warm-up.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from models.networks.attention import SelfAttention
from models.networks.config import TransformerConfig
from models.networks.encoder import NetworkEncoder

LONGEST_WAVE = 10_000.0  # Wavelengths go from 2π to this many times 2π (Vaswani et al. 2017, section 3.5).


def sinusoids(places_bl: torch.Tensor, width: int) -> torch.Tensor:
    """Vectors of positions, with no limit of length: sines in the first half, cosines in the second.

    Args:
        places_bl: Position of each token, from 0 on.
        width: H.

    Returns:
        (B, L, H) in fp32.
    """
    waves = math.ceil(width / 2)
    steps = torch.arange(waves, dtype=torch.float32, device=places_bl.device)
    angles_blw = places_bl.unsqueeze(-1).float() * torch.exp(steps * (-math.log(LONGEST_WAVE) / waves))
    return torch.cat([angles_blw.sin(), angles_blw.cos()], dim=-1)[..., :width]


class TransformerLayer(nn.Module):
    """Self-attention, then a feed-forward network, each added to what came in."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, config.num_attention_heads, config.attention_probs_dropout_prob)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, config.intermediate_size)
        self.outer = nn.Linear(config.intermediate_size, width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, hidden_blh: torch.Tensor, real_bl: torch.Tensor) -> torch.Tensor:
        """(B, L, H) to (B, L, H)."""
        hidden_blh = hidden_blh + self.dropout(self.attention(self.attention_norm(hidden_blh), real_bl))
        inner = functional.gelu(self.inner(self.feed_forward_norm(hidden_blh)))
        output_blh: torch.Tensor = hidden_blh + self.dropout(self.outer(inner))
        return output_blh


class TransformerEncoder(NetworkEncoder):
    """Word vectors and sinusoidal positions through layers of self-attention."""

    config_class = TransformerConfig

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config)
        self.layers.extend(TransformerLayer(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()

    def encode(self, words_ble: torch.Tensor, real_bl: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        places_bl = real_bl.long().cumsum(dim=1) - 1  # The first token is at 0, wherever the row is filled up.
        width = words_ble.shape[-1]
        hidden_blh = self.dropout(words_ble * math.sqrt(width) + sinusoids(places_bl, width).to(words_ble.dtype))
        for layer in self.layers:
            hidden_blh = layer(hidden_blh, real_bl)
        normal_blh: torch.Tensor = self.norm(hidden_blh)
        return normal_blh
