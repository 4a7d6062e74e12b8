"""The seam between tuning strategies and the training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch

from models.errors import Problem
from models.network import Network
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
    """A way to fine-tune a network; what is new in it (`Network.new_parameters`) always trains."""

    name: ClassVar[str]

    @abstractmethod
    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Freeze, add or wrap, in place; new weights are drawn from torch's global generator.

        Returns:
            The network.

        Raises:
            InputError: The strategy does not fit this architecture.
        """

    @abstractmethod
    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """What is wrong with the strategy for this network.

        Args:
            spec: The strategy's settings.
            network: As the task builds it, on the meta device: names and shapes, no weights.
        """

    def deployable_state(self, network: Network) -> dict[str, torch.Tensor]:
        """All weights that prediction needs, under the names of the network that `restore` returns.

        The tensors may share memory with the network: write them before the next step.
        """
        return dict(network.state_dict())

    def restore(self, network: Network, spec: TuningSpec) -> Network:
        """The network that saved weights are loaded into: as it was, for strategies whose changes can be merged."""
        return network

    def learning_rate_scales(self, network: Network, spec: TuningSpec) -> dict[str, float]:
        """What the learning rate is multiplied by, for the parameters (by name) where that is not 1."""
        return {}

    def virtual_tokens(self, spec: TuningSpec) -> int:
        """Places that the strategy takes of those a model has: the longest input is shorter by as many tokens."""
        return 0

    def advance(self, network: Network, spec: TuningSpec, epoch: float) -> None:  # noqa: B027  # most do nothing
        """Called before the first step and after every optimizer step, with the passes made so far.

        The same epoch gives the same network, whatever was before: a resumed training calls it once.
        """


def count_parameters(network: torch.nn.Module) -> ParameterCounts:
    """How many weights are trained, and how many there are."""
    sizes = [(parameter.requires_grad, parameter.numel()) for parameter in network.parameters()]
    return ParameterCounts(sum(size for trains, size in sizes if trains), sum(size for _, size in sizes))
