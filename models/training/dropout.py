"""Dropout on the CPU from one random byte an element.

torch draws a Bernoulli number an element, at 5.7 ns; on one core that is 8 % of a training step of MiniLM. One 64-bit
draw gives eight bytes. The probability is rounded to 1/256 (0.1 becomes 0.1016), and the scale is that of the rounded
one, so the expectation is exact.
"""

from __future__ import annotations

import torch
from torch import nn

LEVELS = 256
INT64_MIN = -(2**63)


class ByteDropout(nn.Module):
    """`nn.Dropout` for CPU tensors, from torch's global generator.

    Args:
        p: Probability that an element becomes zero, in [0, 1).
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p  # Attention reads it here, for its own kernel.
        self.dropped = min(round(p * LEVELS), LEVELS - 1)
        self.scale = LEVELS / (LEVELS - self.dropped)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Zeros in training, and the rest scaled up; the input itself in evaluation. Any shape."""
        if not self.training or not self.dropped:
            return x
        words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64).random_(INT64_MIN, None)
        keep = words.view(torch.uint8)[: x.numel()].view(x.shape) >= self.dropped
        return x * keep.to(x.dtype).mul_(self.scale)


def use_byte_dropout(model: nn.Module) -> None:
    """Replace every `nn.Dropout` of a model on the CPU, in place."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, ByteDropout(child.p))
