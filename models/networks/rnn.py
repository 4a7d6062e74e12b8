"""Bidirectional LSTM (Hochreiter and Schmidhuber 1997) and GRU (Cho et al. 2014, arXiv:1406.1078)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.networks.config import RnnConfig
from models.networks.encoder import NetworkEncoder

CELLS: dict[str, type[nn.LSTM | nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class RnnEncoder(NetworkEncoder):
    """Layers of cells that read the text from both ends; what fills a row up is not read."""

    config_class = RnnConfig

    def __init__(self, config: RnnConfig) -> None:
        super().__init__(config)
        cell, width = CELLS[config.cell], config.embedding_size
        for _ in range(config.num_hidden_layers):
            self.layers.append(cell(width, config.hidden_size // 2, batch_first=True, bidirectional=True))
            width = config.hidden_size
        self.post_init()

    def encode(self, words_ble: torch.Tensor, real_bl: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        # The real tokens first, in their order: a packed sequence knows filling at its end only.
        order_bl = real_bl.logical_not().to(torch.int8).argsort(dim=1, stable=True)
        lengths_b = real_bl.sum(dim=1).clamp(min=1).cpu()
        hidden_blh = _take(self.dropout(words_ble), order_bl)
        for layer in self.layers:
            packed = pack_padded_sequence(hidden_blh, lengths_b, batch_first=True, enforce_sorted=False)
            read, _ = layer(packed)
            hidden_blh, _ = pad_packed_sequence(read, batch_first=True, total_length=real_bl.shape[1])
            hidden_blh = self.dropout(hidden_blh)
        return _take(hidden_blh, order_bl.argsort(dim=1))


def _take(values_blh: torch.Tensor, places_bl: torch.Tensor) -> torch.Tensor:
    """The vectors of each row in another order."""
    return values_blh.gather(1, places_bl.unsqueeze(-1).expand_as(values_blh))
