"""Learned scales of keys, values and feed-forward activations (Liu et al. 2022, arXiv:2205.05638), through peft."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from peft import IA3Config

from models.network import Network
from models.spec import Ia3Tuning, TuningSpec
from models.tuning.adapters import Adapters, exactly
from models.tuning.targets import chosen, feed_forward, key_value, pretrained_linears


class Ia3(Adapters):
    """One factor for each output of an attention projection, and for each input of a second feed-forward layer."""

    name: ClassVar[str] = "ia3"

    def known_targets(self, network: Network) -> list[str]:
        """Keys and values of every attention; the feed-forward networks where their names are known."""
        names = pretrained_linears(network)
        attention = key_value(names)
        return [*attention, *feed_forward(names)] if attention else []

    def adapter_config(self, network: Network, spec: TuningSpec) -> Any:
        """The layers to scale, and which of them are scaled at the input."""
        layers = chosen(network, cast(Ia3Tuning, spec).targets, self.known_targets(network))
        at_input = feed_forward(layers)
        return IA3Config(target_modules=exactly(layers), feedforward_modules=exactly(at_input) if at_input else [])
