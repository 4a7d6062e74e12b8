"""What tasks with a head on an encoder have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, cast

import torch

from models.network import Network
from models.tasks.base import Task
from models.tasks.heads import Head, HeadNetwork, reset_linear


class EncoderTask(Task):
    """Any encoder, and one head on it. Several such tasks can share an encoder."""

    @abstractmethod
    def head(self, config: Any, about: Mapping[str, Any], pooling: str, dropout: float | None) -> Head:
        """The head, its weights not set; arguments as for `network`, with the encoder's configuration."""

    def network(
        self, backbone: torch.nn.Module, about: Mapping[str, Any], pooling: str, dropout: float | None
    ) -> Network:
        """The backbone with the head."""
        return HeadNetwork(backbone, self.head(backbone.config, about, pooling, dropout))

    def reset_new(self, network: Network, seed: int) -> None:
        """Random weights of the head."""
        reset_linear(cast(HeadNetwork, network).head, network.config, torch.Generator().manual_seed(seed))
