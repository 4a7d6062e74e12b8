"""The seam between tuning strategies and the training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from models.errors import Problem
from models.spec import TuningSpec


@dataclass(frozen=True)
class ParameterCounts:
    """Numbers of weights.

    Attributes:
        trainable: Weights that the optimizer changes.
        total: All weights, the frozen ones and the added ones included.
    """

    trainable: int
    total: int


class Tuning(ABC):
    """A way to fine-tune a model that has an `encoder`; everything outside the encoder (the head) always trains."""

    name: ClassVar[str]

    @abstractmethod
    def apply(self, model: torch.nn.Module, spec: TuningSpec) -> torch.nn.Module:
        """Freeze, add or wrap, in place; new weights are drawn from torch's global generator.

        Returns:
            The model.

        Raises:
            InputError: The strategy does not fit this architecture.
        """

    @abstractmethod
    def deployable_state(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """The weights under the names of the model as it was before `apply`, all that prediction needs.

        The tensors may share memory with the model: write them before the next step.
        """

    @abstractmethod
    def check(self, spec: TuningSpec, config: Any) -> list[Problem]:
        """What is wrong with the strategy for an encoder of this configuration. No weights are loaded."""


def count_parameters(model: torch.nn.Module) -> ParameterCounts:
    """How many weights are trained, and how many there are."""
    sizes = [(parameter.requires_grad, parameter.numel()) for parameter in model.parameters()]
    return ParameterCounts(sum(size for trains, size in sizes if trains), sum(size for _, size in sizes))
