"""Logits of many rows: batches of like length, results in the rows' own order.

Shapes: N rows, K classes.
"""

from __future__ import annotations

import numpy as np
import torch

from models.tasks.rows import Rows


def sorted_batches(lengths_n: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Indices of the rows in batches of like length, the longest first: too large a batch fails at once."""
    order = np.argsort(-lengths_n, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def logits_of(model: torch.nn.Module, rows: Rows, batch_size: int, device: torch.device) -> np.ndarray:
    """The model's logits for every row, in the rows' order.

    Args:
        model: Gives (B, K) logits from a batch; is put into evaluation mode, and back.
        rows: What to compute.
        batch_size: Rows in one forward pass.
        device: Where the model is.

    Returns:
        (N, K) float32.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            batches = sorted_batches(rows.lengths_n, batch_size)
            parts = [_forward(model, rows, index_b, device) for index_b in batches]
            logits = torch.cat(parts).float().cpu().numpy()
    finally:
        model.train(was_training)
    result = np.empty_like(logits)
    result[np.concatenate(batches)] = logits
    return result


def _forward(model: torch.nn.Module, rows: Rows, index_b: np.ndarray, device: torch.device) -> torch.Tensor:
    batch = rows.batch(index_b)
    batch.pop("labels", None)
    logits_bk: torch.Tensor = model(**{name: tensor.to(device) for name, tensor in batch.items()})
    return logits_bk
