"""LoRA over frozen weights in 4 bits (Dettmers et al. 2023, arXiv:2305.14314)."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any, ClassVar

import torch
from peft.tuners.lora import LoraLayer
from peft.utils.integrations import dequantize_module_weight
from torch import nn

from models.errors import Problem
from models.network import Network
from models.spec import TuningSpec
from models.tuning.adapters import ADAPTER
from models.tuning.lora import Lora
from models.tuning.targets import pretrained_linears

PACKAGE = "bitsandbytes"


class Qlora(Lora):
    """The pretrained linear layers inside the stack are kept in 4 bits (NF4, doubly quantized); adapters in full.

    The saved weights are whole: what 4 bits stand for, with the updates added.
    """

    name: ClassVar[str] = "qlora"

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """Quantize in place, then add the adapters. The network goes to the CUDA device, where 4 bits live.

        Raises:
            InputError: There is no CUDA device or no bitsandbytes, or the layers to adapt do not exist.
        """
        if not self.check(spec, network):
            quantize(network, torch.device("cuda"))
        return super().apply(network, spec)

    def deployable_state(self, network: Network) -> dict[str, torch.Tensor]:
        """All weights in full precision with the updates merged, under the names that they had before `apply`."""
        state = super().deployable_state(network)
        for name, module in network.named_modules():
            if _is_quantized(module) and not (isinstance(module, LoraLayer) or name.endswith(".base_layer")):
                for key in module.state_dict(prefix=f"{name}."):
                    del state[key]
                state.update((f"{name}.{key}", tensor) for key, tensor in _plain(module).items())
        return state

    def merged(self, module: nn.Module) -> dict[str, torch.Tensor]:
        """What the 4 bits stand for, with the update added; merged within 4 bits it would be rounded away."""
        if not isinstance(module, LoraLayer) or not _is_quantized(module.get_base_layer()):
            return super().merged(module)
        state = _plain(module.get_base_layer())
        state["weight"] = state["weight"] + module.get_delta_weight(ADAPTER).to(state["weight"].dtype)
        return state

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """There must be a CUDA device, the package, and the layers to adapt."""
        problems = super().check(spec, network)
        if not quantizable(network):
            rule = f"qlora keeps nn.Linear layers in 4 bits, but this {type(network.backbone).__name__} has none"
            problems.append(Problem("tuning.name", rule, "take lora"))
        if torch.cuda.is_available() and find_spec(PACKAGE) is not None:
            return problems
        rule = f"qlora needs a CUDA device and the package {PACKAGE}"
        return [Problem("tuning.name", rule, "take lora, which needs neither"), *problems]


def quantizable(network: Network) -> list[str]:
    """Dotted names, in the backbone, of the layers that are kept in 4 bits: the pretrained `nn.Linear`s.

    Output embeddings are left out, and what an architecture says it must have in full precision, as T5 does.
    """
    backbone: Any = network.backbone
    output = backbone.get_output_embeddings() if hasattr(backbone, "get_output_embeddings") else None
    full = {part for module in backbone.modules() for part in getattr(module, "_keep_in_fp32_modules", None) or ()}
    return [
        name
        for name in pretrained_linears(network)
        if isinstance(linear := backbone.get_submodule(name), nn.Linear)
        and linear is not output
        and not full & set(name.split("."))
    ]


def quantize(network: Network, device: torch.device) -> None:
    """Put 4-bit layers in the place of those that `quantizable` names.

    Args:
        network: Changed in place, and moved to the device.
        device: Where the weights are quantized.
    """
    backbone: Any = network.backbone
    layers = importlib.import_module(PACKAGE).nn  # Optional: only this strategy needs it.
    for name in quantizable(network):
        linear = backbone.get_submodule(name)
        small = layers.Linear4bit(
            linear.in_features,
            linear.out_features,
            bias=linear.bias is not None,
            compute_dtype=torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float32,
            compress_statistics=True,
            quant_type="nf4",
        )
        small.weight = layers.Params4bit(
            linear.weight.data, requires_grad=False, compress_statistics=True, quant_type="nf4", module=small
        )
        if linear.bias is not None:
            small.bias = nn.Parameter(linear.bias.data, requires_grad=False)
        backbone.set_submodule(name, small.to(device))
    backbone.is_loaded_in_4bit = True  # By this peft knows which kind of adapter to take.
    network.to(device)


def _is_quantized(module: nn.Module) -> bool:
    return type(getattr(module, "weight", None)).__name__ == "Params4bit"


def _plain(module: nn.Module) -> dict[str, torch.Tensor]:
    linear: Any = module
    state = {"weight": dequantize_module_weight(linear).detach().to(torch.float32)}
    if linear.bias is not None:
        state["bias"] = linear.bias.detach()
    return state
