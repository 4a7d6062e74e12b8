"""A network's outputs for many rows: batches of like length, results in the rows' own order.

Shapes: N rows, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from models.tasks.rows import Rows, inputs_of

Batch = dict[str, torch.Tensor]


class Tokens(int):
    """A batch size in tokens, padding included: short rows come in larger batches than long ones."""

    def rows(self, longest: int) -> int:
        """Rows of a batch whose longest has so many tokens: at least one."""
        return max(1, self // max(1, longest))


def sorted_batches(lengths_n: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Indices of the rows in batches of like length, the longest first: too large a batch fails at once.

    Args:
        lengths_n: Tokens of each row.
        batch_size: Rows of a batch, or `Tokens`.
    """
    order = np.argsort(-lengths_n, kind="stable")
    batches, start = [], 0
    while start < len(order):
        size = batch_size.rows(int(lengths_n[order[start]])) if isinstance(batch_size, Tokens) else batch_size
        batches.append(order[start : start + size])
        start += size
    return batches


@contextmanager
def inference(network: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients within; then as before."""
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        network.train(was_training)


def batches_of(rows: Rows, batch_size: int, device: torch.device) -> Iterator[tuple[np.ndarray, Batch]]:
    """The rows' indices (B,) and their tensors on the device, a batch at a time."""
    for index_b in sorted_batches(rows.lengths_n, batch_size):
        yield index_b, {name: tensor.to(device) for name, tensor in rows.batch(index_b).items()}


def each_row(
    network: torch.nn.Module,
    rows: Rows,
    batch_size: int,
    device: torch.device,
    compute: Callable[[Batch], torch.Tensor],
) -> np.ndarray:
    """What `compute` gives for every row, in the rows' order.

    Args:
        network: Is put into evaluation mode, and back.
        rows: What to compute.
        batch_size: Rows in one forward pass.
        device: Where the network is.
        compute: From a batch to a tensor with a row each: (B, …), of one shape but for B.

    Returns:
        (N, …) float32.
    """
    order, parts = [], []
    with inference(network):
        for index_b, batch in batches_of(rows, batch_size, device):
            order.append(index_b)
            parts.append(compute(batch))
        found = torch.cat(parts).float().cpu().numpy()
    result = np.empty_like(found)
    result[np.concatenate(order)] = found
    return result


def logits_of(network: torch.nn.Module, rows: Rows, batch_size: int, device: torch.device) -> np.ndarray:
    """The network's logits for every row, in the rows' order: (N, K) float32."""
    return each_row(network, rows, batch_size, device, lambda batch: network(**inputs_of(batch)))
