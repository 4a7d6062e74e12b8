"""What tasks with one output vector a text have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from models.data.formats import FORMATS
from models.data.formats.base import columns_of
from models.errors import InputError, Problem
from models.network import Network
from models.pretrained import Tokenizers
from models.tasks.card import Card
from models.tasks.encoder import EncoderTask
from models.tasks.heads import Head, PooledHead
from models.tasks.infer import logits_of
from models.tasks.rows import Rows


class PooledTask(EncoderTask):
    """A backbone, pooling, dropout, and a linear head."""

    @abstractmethod
    def outputs(self, about: Mapping[str, Any]) -> int:
        """Outputs of the head."""

    def head(self, config: Any, about: Mapping[str, Any], pooling: str, dropout: float | None) -> Head:
        """Pooling and a linear layer."""
        return PooledHead(config, pooling, self.outputs(about), dropout)

    def input_rows(self, inputs: Sequence[Any], card: Card) -> list[dict[str, Any]]:
        """As for every task; a model knows either single texts or pairs."""
        rows = super().input_rows(inputs, card)
        rule = "must be a pair of texts" if card.pair else "must be one text"
        problems = [
            Problem(f"inputs[{index}]", f"{rule}, as in training; got {row!r}")
            for index, row in enumerate(rows)
            if ("text_pair" in row) != card.pair
        ]
        if problems:
            raise InputError(problems)
        return rows

    def logits(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> np.ndarray:
        """(N, K) of rows without answers."""
        columns = columns_of([dict(row) for row in inputs])
        encoded = FORMATS[self.name].encode(columns, 0, tokenizers, card.data_spec, card.about)
        return logits_of(network, Rows.from_columns(encoded, tokenizers), batch_size, device)
