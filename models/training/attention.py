"""Which kernel computes attention in the training's forward and backward pass."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from torch.nn.attention import SDPBackend, sdpa_kernel

# Measured on a Zen 4 core, 12 heads of 32, 2,048 tokens a batch: forward and backward in bf16 take 55 ms with the
# fused kernel and 18 ms without it at 32 tokens a row, 66 and 49 ms at 128, 63 and 89 ms at 256. In fp32, and forward
# alone, the fused one is always faster.
LONGEST_PLAIN = 128


def training_attention(precision: str, longest: int, *, gpu: bool) -> AbstractContextManager[object]:
    """A context for training passes: on the CPU in bf16, short rows are faster without the fused kernel.

    Args:
        precision: What the pass computes in.
        longest: Tokens in the longest row of the batch.
        gpu: Whether the pass runs on the GPU; then the default is best.
    """
    plain = not gpu and precision == "bf16" and longest <= LONGEST_PLAIN
    return sdpa_kernel(SDPBackend.MATH) if plain else nullcontext()
