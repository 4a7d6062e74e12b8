"""CPU threads pinned to what the training may use; more of them would slow down its neighbours and itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def pinned_threads(cpus: int) -> Iterator[None]:
    """Within it, torch computes on `cpus` threads; then as before.

    Denormal floats are flushed to zero: Adam's moments fall into them, and a CPU computes them many times slower.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, cpus))
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)
