"""Linear layers with int8 weights, for faster and smaller prediction on a CPU.

Weights are quantized once, a scale for each output; inputs at each call, a scale for each batch (dynamic quantization).
Shapes: I inputs, O outputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from models.errors import InputError

INT8 = "int8"
LARGEST = 127  # Symmetric: -128 is not used, so that zero is exact.


class Int8Linear(nn.Module):
    """What stands in the place of an `nn.Linear`; the same kernels as torch's own dynamic quantization.

    Args:
        inputs: I.
        outputs: O.
        bias: Whether it adds one.

    Attributes:
        weight: (O, I) int8.
        scale: (O,) fp32: what a weight of 1 stands for.
        bias: (O,) fp32, or None.
    """

    weight: torch.Tensor
    scale: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, inputs: int, outputs: int, bias: bool) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(outputs, inputs, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(outputs))
        self.register_buffer("bias", torch.zeros(outputs) if bias else None)
        self._packed: Any = None

    @classmethod
    def of(cls, linear: nn.Linear) -> Int8Linear:
        """A layer's weights, rounded."""
        made = cls(linear.in_features, linear.out_features, linear.bias is not None)
        weight_oi = linear.weight.detach().float()
        scale_o = (weight_oi.abs().amax(dim=1) / LARGEST).clamp(min=torch.finfo(torch.float32).tiny)
        made.scale.copy_(scale_o)
        made.weight.copy_((weight_oi / scale_o[:, None]).round().clamp(-LARGEST, LARGEST))
        if made.bias is not None:
            made.bias.copy_(linear.bias.detach())
        return made

    def forward(self, input_bi: torch.Tensor) -> torch.Tensor:
        """(…, I) to (…, O), fp32."""
        if self._packed is None:
            self._packed = self._pack()
        # Seven bits for the input: with eight, processors without VNNI overflow in between.
        output: torch.Tensor = torch.ops.quantized.linear_dynamic(input_bi.float(), self._packed, reduce_range=True)
        return output

    def _pack(self) -> Any:
        """The weights as the kernel wants them; made from the saved ones at the first call."""
        zeros_o = torch.zeros_like(self.scale, dtype=torch.int64)
        with warnings.catch_warnings():
            # torch says that tensors of this kind will go in a future release; the person cannot act on it.
            warnings.filterwarnings("ignore", category=UserWarning, message=".*quantized tensor")
            weight_oi = torch._make_per_channel_quantized_tensor(self.weight, self.scale.double(), zeros_o, 0)
        return torch.ops.quantized.linear_prepack(weight_oi, self.bias)


def quantizable(network: nn.Module) -> list[str]:
    """Dotted names of the plain linear layers inside the model; the head and output embeddings stay in fp32."""
    backbone: Any = network.backbone
    output = backbone.get_output_embeddings() if hasattr(backbone, "get_output_embeddings") else None
    return [
        name
        for name, module in network.named_modules()
        if name.startswith("backbone.") and type(module) is nn.Linear and module is not output
    ]


def quantize(network: nn.Module) -> None:
    """Round the linear layers, in place.

    Raises:
        InputError: The model has none.
    """
    names = quantizable(network)
    if not names:
        rule = f"rounds the weights of linear layers, but this {type(network.backbone).__name__} has none"
        raise InputError.one("--quantize", f"{INT8} {rule}", "leave it out")
    for name in names:
        linear: Any = network.get_submodule(name)
        network.set_submodule(name, Int8Linear.of(linear))


def make_room(network: nn.Module, state: Mapping[str, torch.Tensor]) -> None:
    """Put rounded layers, their values not set, wherever a saved state has them."""
    for key in [key for key, tensor in state.items() if tensor.dtype == torch.int8 and key.endswith(".weight")]:
        name = key.removesuffix(".weight")
        outputs, inputs = state[key].shape
        network.set_submodule(name, Int8Linear(inputs, outputs, f"{name}.bias" in state))
