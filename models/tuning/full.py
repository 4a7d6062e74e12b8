"""Full fine-tuning: every weight is trained."""

from __future__ import annotations

from typing import Any, ClassVar

import torch

from models.errors import Problem
from models.spec import TuningSpec
from models.tuning.base import Tuning


class Full(Tuning):
    """Every weight of encoder and head is trained."""

    name: ClassVar[str] = "full"

    def apply(self, model: torch.nn.Module, spec: TuningSpec) -> torch.nn.Module:
        """Let every weight train."""
        return model.requires_grad_(True)

    def deployable_state(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """The weights as they are."""
        return dict(model.state_dict())

    def check(self, spec: TuningSpec, config: Any) -> list[Problem]:
        """Fits every architecture."""
        return []
