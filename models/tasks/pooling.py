"""From token vectors to one text vector.

Shapes: B rows, L tokens, H hidden size.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

Pooling = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def cls_pooling(hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
    """The first token's vector (Devlin et al. 2018): (B, L, H) -> (B, H)."""
    return hidden_blh[:, 0]


def mean_pooling(hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
    """The mean over real tokens (Reimers and Gurevych 2019), in fp32: (B, L, H), (B, L) -> (B, H)."""
    weight_bl1 = mask_bl.unsqueeze(-1).to(torch.float32)
    return (hidden_blh.float() * weight_bl1).sum(dim=1) / weight_bl1.sum(dim=1).clamp(min=1.0)


def max_pooling(hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
    """The largest value over real tokens (Kim 2014): (B, L, H), (B, L) -> (B, H)."""
    lowest = torch.finfo(hidden_blh.dtype).min
    return hidden_blh.masked_fill(mask_bl.unsqueeze(-1) == 0, lowest).max(dim=1).values


def last_pooling(hidden_blh: torch.Tensor, mask_bl: torch.Tensor) -> torch.Tensor:
    """The last real token's vector, which alone has seen all others in a causal model: (B, L, H) -> (B, H)."""
    last_b = mask_bl.sum(dim=1).clamp(min=1) - 1
    return hidden_blh[torch.arange(len(hidden_blh), device=hidden_blh.device), last_b]


POOLINGS: dict[str, Pooling] = {
    "cls": cls_pooling,
    "mean": mean_pooling,
    "max": max_pooling,
    "last": last_pooling,
}
