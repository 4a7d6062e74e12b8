"""What the strategies that go through peft have in common: adapters beside linear layers, merged when saved."""

from __future__ import annotations

import copy
import re
import warnings
from abc import abstractmethod
from typing import Any

import torch
from peft import inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn

from models.errors import InputError, Problem
from models.network import Network
from models.spec import TuningSpec
from models.tuning.base import Tuning
from models.tuning.targets import target_problems

ADAPTER = "default"


class Adapters(Tuning):
    """The backbone is frozen but for small updates of chosen layers; what is new trains whole.

    The saved weights are whole, with the updates merged: prediction needs neither peft nor the base model.
    """

    @abstractmethod
    def known_targets(self, network: Network) -> list[str]:
        """Dotted names, in the backbone, of the layers that are adapted by default."""

    @abstractmethod
    def adapter_config(self, network: Network, spec: TuningSpec) -> Any:
        """The configuration for peft."""

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Freeze the backbone and add the adapters, which change nothing before they are trained.

        Raises:
            InputError: The layers to adapt do not exist.
        """
        problems = self.check(spec, network)
        if problems:
            raise InputError(problems)
        names = network.new_parameters()
        new = [parameter for name, parameter in network.named_parameters() if name in names]
        with warnings.catch_warnings():
            # peft sets `fan_in_fan_out` by the kind of each layer, and warns that it does.
            warnings.filterwarnings("ignore", message="fan_in_fan_out is set")
            inject_adapter_in_model(self.adapter_config(network, spec), network.backbone, adapter_name=ADAPTER)
        for parameter in new:
            parameter.requires_grad_(True)
        return network

    def deployable_state(self, network: Network) -> dict[str, torch.Tensor]:
        """All weights with the updates merged, under the names that they had before `apply`."""
        state = dict(network.state_dict())
        adapted = {name: module for name, module in network.named_modules() if isinstance(module, BaseTunerLayer)}
        with torch.no_grad():
            for name, module in adapted.items():
                for key in module.state_dict(prefix=f"{name}."):
                    del state[key]
                state.update((f"{name}.{key}", tensor) for key, tensor in self.merged(module).items())
        return state

    def merged(self, module: nn.Module) -> dict[str, torch.Tensor]:
        """State of one adapted layer with its update in it. Works on a copy: training goes on with the original."""
        whole: Any = copy.deepcopy(module)
        whole.merge()
        return dict(whole.get_base_layer().state_dict())

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """The layers to adapt must exist."""
        targets: list[str] | None = getattr(spec, "targets", None)
        return target_problems(network, targets, self.known_targets(network))


def exactly(names: list[str]) -> str:
    """A pattern for peft that means these modules and no others; a list would match by the ends of names."""
    return "|".join(re.escape(name) for name in names)
