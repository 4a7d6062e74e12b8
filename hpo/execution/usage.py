"""What a trial's process takes of its machine, read at each evaluation."""

from __future__ import annotations

import time
from importlib.util import find_spec

import psutil
import torch

MIB = 1024 * 1024


class Usage:
    """Reads the process it is made in. A reading costs less than a millisecond."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._at = _cpu_s(), time.monotonic()

    def read(self) -> dict[str, float]:
        """The process since the reading before.

        Returns:
            `cpu_percent`, of one core: 200 are two busy ones; `memory_mib`, resident; on a GPU `gpu_memory_mib`, held
            by the process, and, where `pynvml` is installed, `gpu_percent`.
        """
        before, self._at = self._at, (_cpu_s(), time.monotonic())
        busy_s, passed_s = (now - then for now, then in zip(self._at, before, strict=True))
        found = {
            "cpu_percent": 100 * busy_s / max(1e-3, passed_s),
            "memory_mib": self._process.memory_info().rss / MIB,
        }
        return {name: round(value, 1) for name, value in (found | _gpu()).items()}


def _cpu_s() -> float:
    """Seconds of computing by all threads of the process."""
    return time.process_time()


def _gpu() -> dict[str, float]:
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return {}
    found = {"gpu_memory_mib": torch.cuda.memory_reserved() / MIB}
    if find_spec("pynvml") is not None:
        found["gpu_percent"] = float(torch.cuda.utilization())
    return found
