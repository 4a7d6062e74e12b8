"""Memory of one training: its peak, what runs out of it, and what is given back."""

from __future__ import annotations

import ctypes
import errno
import gc
import resource
import traceback
from pathlib import Path

import torch
from safetensors import SafetensorError

MIB = 1024 * 1024
_CLEAR_REFS, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_RESET_PEAK = "5"  # proc(5): resets the peak resident set size to the current one.
# As what too little memory comes up, among much else.
OUT_OF_MEMORY = (RuntimeError, MemoryError, OSError, SafetensorError)
# How it is said without a type of its own: by CUDA, torch on the CPU, mmap, C++, cuBLAS, oneDNN (which says no more).
_WORDS = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "Cannot allocate memory",
    "std::bad_alloc",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "could not create a primitive",
    "could not create a memory object",
)


def reset_peak(device: torch.device) -> None:
    """Forget earlier peaks: a process trains many times. Where the system cannot, the process's own peak stays."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK)
    except OSError:
        return


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of the GPU or of the host."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, OUT_OF_MEMORY) and any(words in str(error) for words in _WORDS)


def forget_frames(error: BaseException) -> None:
    """Drop the local variables that the error's traceback holds: they keep tensors alive. Its text stays."""
    traceback.clear_frames(error.__traceback__)


def free_memory() -> None:
    """Give back all that nothing refers to any more; after an error, outside of its `except`, which holds frames."""
    gc.collect()
    give_back()


def give_back() -> None:
    """Return freed memory to the system: after a training glibc keeps some 300 MiB that the next one cannot use whole.

    Where the C library has no `malloc_trim`, nothing happens to the host's.
    """
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch's own lack
        torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def peak_mib(device: torch.device) -> float:
    """Highest memory use since the reset, in MiB: allocated on the GPU, or resident in the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / MIB
    try:
        status = _STATUS.read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak_kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak_kib) / 1024


def device_name(device: torch.device) -> str:
    """`cpu`, or the GPU's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
