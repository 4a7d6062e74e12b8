"""What every task builds and every tuning strategy works on."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import nn

# Parts of a model of two checkpoints that neither of them has.
NEW_IN_PAIRS = (".crossattention.", ".enc_to_dec_proj.", "backbone.decoder.cls.", "backbone.decoder.lm_head.")


class Network(nn.Module):
    """A pretrained model and what a task puts on top of it.

    Args:
        backbone: The pretrained model, a transformers `PreTrainedModel`.

    Attributes:
        reads: Answers of the training rows that the network takes as input.
        config: The backbone's configuration.
        fresh: Parts of names of parameters inside the backbone that begin at random all the same.
        places_taken: Of the positions of what writes (the decoder, else the backbone), those of virtual tokens.
    """

    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.config: Any = backbone.config
        is_pair = getattr(self.config, "model_type", "") == "encoder-decoder"
        self.places_taken = 0
        self.fresh: tuple[str, ...] = NEW_IN_PAIRS if is_pair else ()

    def new_parameters(self) -> frozenset[str]:
        """Names of the parameters that begin at random, so that every strategy trains them: the head's, above all."""
        return frozenset(
            name
            for name, _ in self.named_parameters()
            if not name.startswith("backbone.") or any(part in name for part in self.fresh)
        )

    def forward(self, **batch: torch.Tensor) -> Any:
        """The task's outputs; each task says which."""
        raise NotImplementedError  # Abstract; torch's modules are no ABCs.
