"""One training in several processes: each computes its share of the rows of every batch, and gradients are summed.

All processes hold the same network and see the same batches, so that nothing else has to be told: after the sum every
one of them makes the same optimizer step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import torch
from torch import distributed

from models.training.pieces import Batch

# An evaluation of the first process lets the others wait; whether it is still alive is watched in another way.
LONGEST_WAIT = timedelta(days=7)
BUCKET_BYTES = 32 * 2**20  # Summed in one message: large enough for a full line, small enough to need little memory.


class Together:
    """One process of those that train together.

    Args:
        rank: Its number, from 0 on; the first one evaluates, saves and reports.
        size: How many there are.
        explain: Called when a sum fails since another process has ended; raises what happened there.
    """

    def __init__(self, rank: int, size: int, explain: Callable[[], None]) -> None:
        self.rank, self.size, self._explain = rank, size, explain

    def meet(self, store: Any, device: torch.device) -> None:
        """Wait for the others; afterwards gradients can be summed, on the CPU by gloo, on GPUs by NCCL.

        Args:
            store: A `TCPStore` that all of them know.
            device: Where this process computes.
        """
        backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
        distributed.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=LONGEST_WAIT)

    def share_of(self, batch: Mapping[str, torch.Tensor]) -> Batch:
        """This process's rows of a batch; none, where there are fewer rows than processes."""
        rows = -(-len(batch["input_ids"]) // self.size)
        own = slice(self.rank * rows, (self.rank + 1) * rows)
        return {name: tensor[own] if tensor.dim() else tensor for name, tensor in batch.items()}

    def reseed(self, seed: int, passes: int) -> None:
        """Dropout draws its own in each process; in all but the first, by the place in the training alone.

        The first one's random state is in the checkpoints, so a training that goes on draws what it would have drawn.
        """
        if self.rank:
            drawn = np.random.SeedSequence((seed, self.rank, passes)).generate_state(1, np.uint64)
            torch.manual_seed(int(drawn[0]))

    def add_up(self, parameters: Iterable[torch.nn.Parameter], loss: torch.Tensor) -> None:
        """Sum the gradients and the loss over all processes, in place.

        A parameter that no process has a gradient for (the head of a task without rows here) is left without one, so
        that the optimizer passes over it.
        """
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        try:
            known = torch.tensor([parameter.grad is not None for parameter in trained], dtype=torch.uint8)
            # On the CPU: gloo notices when another process has ended, where NCCL would wait for it.
            distributed.all_reduce(known, distributed.ReduceOp.MAX)
            for parameter, anywhere in zip(trained, known.tolist(), strict=True):
                if anywhere and parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
            sums = [parameter.grad for parameter in trained if parameter.grad is not None]
            for bucket in _buckets([loss, *sums]):
                _add_up(bucket)
        except RuntimeError:
            self._explain()
            raise


def leave() -> None:
    """Sum no more; where this process has met nobody, nothing happens."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def _buckets(tensors: Iterable[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    """Tensors of one type in groups of about `BUCKET_BYTES`, in order."""
    bucket: list[torch.Tensor] = []
    size = 0
    for tensor in tensors:
        if bucket and (tensor.dtype != bucket[0].dtype or size + tensor.nbytes > BUCKET_BYTES):
            yield bucket
            bucket, size = [], 0
        bucket.append(tensor)
        size += tensor.nbytes
    if bucket:
        yield bucket


def _add_up(bucket: list[torch.Tensor]) -> None:
    flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
    distributed.all_reduce(flat)
    for tensor, total in zip(bucket, torch.split(flat, [tensor.numel() for tensor in bucket]), strict=True):
        tensor.copy_(total.view_as(tensor))
