"""Which arithmetic the forward and backward pass use, found by asking the hardware."""

from __future__ import annotations

import torch

from models.errors import InputError

PRECISIONS = ("bf16", "fp16", "fp32")


def choose(asked: str, *, gpu: bool) -> str:
    """The precision to train in.

    Args:
        asked: `auto`, or a name in `PRECISIONS`.
        gpu: Whether the training is on the GPU.

    Returns:
        bf16 where the hardware computes it, else fp16 on a GPU, else fp32, when `asked` is auto; else `asked`.

    Raises:
        InputError: The hardware lacks what was asked for.
    """
    known = supported(gpu=gpu)
    if asked == "auto":
        return known[0]
    if asked not in known:
        device = "this GPU" if gpu else "this CPU"
        rule = f"{asked} is not computed by {device}"
        raise InputError.one("train.precision", rule, f"auto, or one of {', '.join(known)}")
    return asked


def supported(*, gpu: bool) -> tuple[str, ...]:
    """Precisions that the hardware computes fast, the best first. Emulated ones do not count: they are slower."""
    if gpu:
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return PRECISIONS if bf16 else ("fp16", "fp32")
    return ("bf16", "fp32") if _cpu_has_bf16() else ("fp32",)


def _cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bf16 matrices (avx512_bf16 or AMX); torch reads the CPU's own flags."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
