"""A training's share of a GPU's memory."""

from __future__ import annotations

import logging
import time

import torch

from models.training.memory import MIB, free_memory

SLACK = 0.05  # Of the whole memory: what contexts and libraries of the neighbours take beside their share.
LONGEST_WAIT_S, STANDSTILL_S, POLL_S = 60.0, 10.0, 0.1
logger = logging.getLogger(__name__)


def take_share(device: torch.device, fraction: float) -> None:
    """Let this process allocate no more than its share, and wait until so much is free.

    What ran there before may not have given its memory back yet. Waiting ends with a warning after `LONGEST_WAIT_S`,
    or when nothing more has come free for `STANDSTILL_S`: then somebody else holds it.

    Args:
        device: The GPU.
        fraction: The share of its memory, above 0 and at most 1.
    """
    torch.cuda.set_per_process_memory_fraction(fraction, device)
    free_memory()  # What this process itself still holds of the training before.
    total = torch.cuda.mem_get_info(device)[1]
    needed = int((fraction - SLACK) * total)
    free = _wait_for(device, needed)
    if free < needed:
        logger.warning("the GPU has %d MiB free, less than the %d MiB of this training", free // MIB, needed // MIB)


def _wait_for(device: torch.device, needed: int) -> int:
    """Poll. Returns the bytes that are free at the end."""
    free = most = torch.cuda.mem_get_info(device)[0]
    begin = moved = time.monotonic()
    while free < needed and time.monotonic() - begin < LONGEST_WAIT_S and time.monotonic() - moved < STANDSTILL_S:
        time.sleep(POLL_S)
        free = torch.cuda.mem_get_info(device)[0]
        if free > most:
            most, moved = free, time.monotonic()
    return free
