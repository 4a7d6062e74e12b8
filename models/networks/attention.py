"""Multi-head scaled dot-product self-attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2), written out.

Shapes: B rows, L tokens, H width, N heads, D = H / N width of a head.
"""

from __future__ import annotations

import math

import torch
from torch import nn


def attend(
    query_bnld: torch.Tensor,
    key_bnld: torch.Tensor,
    value_bnld: torch.Tensor,
    real_bl: torch.Tensor | None = None,
    dropout: nn.Module | None = None,
) -> torch.Tensor:
    """Each token's mean of the values, weighted by how well its query fits the keys: softmax(QKᵀ / √D) V.

    Memory grows with the square of L.

    Args:
        query_bnld, key_bnld, value_bnld: (B, N, L, D) each.
        real_bl: True where a token stands; what fills a row up gets no weight. None: all are tokens.
        dropout: Applied to the weights.

    Returns:
        (B, N, L, D), finite even for rows without any token.
    """
    scores_bnll = query_bnld @ key_bnld.transpose(-2, -1) / math.sqrt(query_bnld.shape[-1])
    if real_bl is not None:
        # The lowest number and not minus infinity: a row of nothing else would be divided by zero.
        lowest = torch.finfo(scores_bnll.dtype).min
        scores_bnll = scores_bnll.masked_fill(~real_bl[:, None, None, :], lowest)
    # In fp32 whatever the scores are in: a sum over many tokens loses too much in 16 bits.
    weights_bnll = scores_bnll.float().softmax(dim=-1).to(value_bnld.dtype)
    if dropout is not None:
        weights_bnll = dropout(weights_bnll)
    return weights_bnll @ value_bnld


class SelfAttention(nn.Module):
    """Every token looks at every token of its row, with several heads.

    Args:
        width: H.
        heads: N; divides the width.
        dropout: Probability, on the weights of attention.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"heads must divide the width, got {heads} heads and a width of {width}")
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden_blh: torch.Tensor, real_bl: torch.Tensor | None = None) -> torch.Tensor:
        """New vectors of the tokens: (B, L, H) to (B, L, H).

        Args:
            hidden_blh: Vectors of the tokens.
            real_bl: True where a token stands; None: everywhere.
        """
        query, key, value = (self._split(part(hidden_blh)) for part in (self.query, self.key, self.value))
        mixed_bnld = attend(query, key, value, real_bl, self.dropout)
        output_blh: torch.Tensor = self.output(mixed_bnld.transpose(1, 2).flatten(2))
        return output_blh

    def _split(self, hidden_blh: torch.Tensor) -> torch.Tensor:
        rows, length, width = hidden_blh.shape
        return hidden_blh.view(rows, length, self.heads, width // self.heads).transpose(1, 2)
