"""A shared encoder with a head for each of several tasks."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from models.network import Network
from models.tasks.heads import Head
from models.tasks.part_rows import PART


class MultiTaskNetwork(Network):
    """A backbone and heads; a batch goes through the one of its part.

    Args:
        backbone: Gives `last_hidden_state` (B, L, H).
        heads: By the part's name, in the order of the parts' numbers.
    """

    def __init__(self, backbone: nn.Module, heads: Mapping[str, Head]) -> None:
        super().__init__(backbone)
        self.names = tuple(heads)
        # The names of the keys begin alike, so that none is taken for a method of the dict, as `keys` would be.
        self.heads = nn.ModuleDict({f"part_{name}": head for name, head in heads.items()})

    def head_of(self, part: str) -> Head:
        """A part's head."""
        found = self.heads[f"part_{part}"]
        assert isinstance(found, Head)
        return found

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        """The part's logits; `part` is its number, a tensor without dimensions, the rest goes into the backbone."""
        head = self.head_of(self.names[int(batch.pop(PART))])
        return head.read(self.backbone(**batch).last_hidden_state, batch["attention_mask"])


class PartNetwork(Network):
    """One part of a multi-task network, as the part's own task knows it; nothing is copied.

    Args:
        whole: The network.
        part: The part's name.
    """

    def __init__(self, whole: MultiTaskNetwork, part: str) -> None:
        super().__init__(whole.backbone)
        self.whole = whole
        self.number = torch.tensor(whole.names.index(part))
        self.training = whole.training

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        """The part's logits."""
        logits: torch.Tensor = self.whole(**batch, **{PART: self.number})
        return logits
