"""Text CNN (Kim 2014, "Convolutional Neural Networks for Sentence Classification", arXiv:1408.5882).

Kim takes the maximum over the text; that is the pooling of whoever puts a head on top (`pooling=max`).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.networks.config import CnnConfig
from models.networks.encoder import NetworkEncoder


class Filters(nn.Module):
    """Filters of several widths side by side, then ReLU: (B, L, E) to (B, L, H)."""

    def __init__(self, config: CnnConfig) -> None:
        super().__init__()
        self.sizes = list(config.kernel_sizes)
        self.groups = nn.ModuleList(
            nn.Conv1d(config.embedding_size, config.filters, size) for size in config.kernel_sizes
        )

    def forward(self, words_ble: torch.Tensor) -> torch.Tensor:
        """What each filter sees around each token; before and after the text it sees zeros."""
        words_bel = words_ble.transpose(1, 2)
        seen = []
        for size, convolution in zip(self.sizes, self.groups, strict=True):
            before = (size - 1) // 2
            seen.append(convolution(functional.pad(words_bel, (before, size - 1 - before))))
        return torch.cat(seen, dim=1).relu().transpose(1, 2)


class CnnEncoder(NetworkEncoder):
    """A text CNN whose vector for a token is what its filters see around it."""

    config_class = CnnConfig

    def __init__(self, config: CnnConfig) -> None:
        super().__init__(config)
        self.layers.append(Filters(config))
        self.post_init()

    def encode(self, words_ble: torch.Tensor, real_bl: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        hidden_blh: torch.Tensor = self.dropout(words_ble) * real_bl.unsqueeze(-1)
        for layer in self.layers:
            hidden_blh = layer(hidden_blh)
        return hidden_blh
