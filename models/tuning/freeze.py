"""Which parameters train, by name; and the strategies that freeze and nothing more."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar, cast

from models.errors import InputError, Problem
from models.network import Network
from models.spec import LastLayersTuning, TuningSpec
from models.tuning.base import Tuning
from models.tuning.layers import FOLLOWING, NEW, depth_groups


def train_only(network: Network, names: Collection[str]) -> None:
    """Let the named parameters train and freeze the others, whose gradients are dropped."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name in names)
        if not parameter.requires_grad:
            parameter.grad = None


class Freezing(Tuning):
    """A strategy that trains some of the parameters and adds none."""

    @abstractmethod
    def trained(self, network: Network, spec: TuningSpec) -> frozenset[str]:
        """Names of the parameters that train."""

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Freeze all but the trained parameters.

        Raises:
            InputError: The strategy does not fit this architecture.
        """
        problems = self.check(spec, network)
        if problems:
            raise InputError(problems)
        train_only(network, self.trained(network, spec))
        return network


class Head(Freezing):
    """The pretrained weights stay as they are; what is new trains."""

    name: ClassVar[str] = "head"

    def trained(self, network: Network, spec: TuningSpec) -> frozenset[str]:
        """The new parameters."""
        return network.new_parameters()

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """Something must be new."""
        if network.new_parameters():
            return []
        rule = f"head trains only what is new, but nothing is new in this {_kind(network)}"
        return [Problem("tuning.name", rule, "take lora, last_n or full")]


class LastLayers(Freezing):
    """The topmost layers train, what follows them, and what is new."""

    name: ClassVar[str] = "last_n"

    def trained(self, network: Network, spec: TuningSpec) -> frozenset[str]:
        """The last `layers` layers and all above them."""
        groups = depth_groups(network)
        layers = [group for group in groups if group.is_layer]
        chosen = [group for group in groups if group.name in (FOLLOWING, NEW)]
        chosen += layers[len(layers) - cast(LastLayersTuning, spec).layers :]
        return frozenset(name for group in chosen for name in group.parameters)

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """There must be as many layers."""
        wanted = cast(LastLayersTuning, spec).layers
        count = sum(group.is_layer for group in depth_groups(network))
        if wanted <= count:
            return []
        rule = f"must be at most the number of layers of this {_kind(network)}, {count}, got {wanted}"
        return [Problem("tuning.layers", rule, "layers that share their weights count once")]


class BitFit(Freezing):
    """Bias terms train, and what is new (Ben Zaken et al. 2022, arXiv:2106.10199)."""

    name: ClassVar[str] = "bitfit"

    def trained(self, network: Network, spec: TuningSpec) -> frozenset[str]:
        """All biases and the new parameters."""
        return _biases(network) | network.new_parameters()

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """The pretrained part must have biases; T5, Llama and ModernBERT have none."""
        if _biases(network) - network.new_parameters():
            return []
        rule = f"bitfit trains bias terms, but this {_kind(network)} has none"
        return [Problem("tuning.name", rule, "take lora or ia3, which train as few weights")]


def _biases(network: Network) -> frozenset[str]:
    # `q_bias` is DeBERTa's, `bias_ih_l0` a recurrent layer's.
    return frozenset(name for name, _ in network.named_parameters() if "bias" in name.rpartition(".")[2].split("_"))


def _kind(network: Network) -> str:
    return type(network.backbone).__name__
