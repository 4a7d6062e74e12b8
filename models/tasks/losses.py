"""Cross-entropy with label smoothing and class weights, summed.

Shapes: B rows, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch.nn import functional

from models.tasks.base import Criterion


def balanced_weights(labels_n: np.ndarray, classes: int) -> np.ndarray:
    """Weights inverse to the classes' frequency: n / (K * count), as scikit-learn's `balanced`.

    A class without rows weighs 0: it appears in no loss.

    Returns:
        (K,) float64.
    """
    count_k = np.bincount(labels_n, minlength=classes)
    return np.where(count_k > 0, len(labels_n) / (classes * np.maximum(count_k, 1)), 0.0)


class CrossEntropy(Criterion):
    """Cross-entropy in fp32.

    Args:
        weight_k: (K,) weights of the classes; None: all 1.
        label_smoothing: Share of the target spread over all classes (Szegedy et al. 2016).
    """

    def __init__(self, weight_k: np.ndarray | None = None, label_smoothing: float = 0.0) -> None:
        self._weight_k = None if weight_k is None else torch.as_tensor(weight_k, dtype=torch.float32)
        self._on_device: torch.Tensor | None = None
        self._label_smoothing = label_smoothing

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of rows; with class weights, the sum of their classes' weights."""
        labels_b = batch["labels"]
        return float(len(labels_b)) if self._weight_k is None else float(self._weight_k[labels_b].sum())

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Cross-entropy summed over the batch, in nats. Outputs: (B, K) logits."""
        logits_bk, labels_b = outputs, batch["labels"]
        if self._weight_k is not None and (self._on_device is None or self._on_device.device != logits_bk.device):
            self._on_device = self._weight_k.to(logits_bk.device)
        return functional.cross_entropy(
            logits_bk.float(),
            labels_b,
            weight=self._on_device,
            label_smoothing=self._label_smoothing,
            reduction="sum",
        )
