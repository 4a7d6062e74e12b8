"""Multi-label classification: one text, or a pair of texts, to any number of K labels.

Shapes: N rows, B rows in a batch, K labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch.nn import functional

from models.metrics import METRICS
from models.metrics.multi_label import binary_cross_entropy, multi_label_scores
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import Criterion, EvalSet
from models.tasks.card import Card
from models.tasks.infer import logits_of
from models.tasks.pooled import PooledTask
from models.tasks.rows import Rows

THRESHOLD = 0.5  # Probability from which on a label is given; in logits, 0.


class MultiLabelClassification(PooledTask):
    """Any encoder, pooling, dropout, and an independent yes or no for each label."""

    name: ClassVar[str] = "multi_label_classification"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """F1 over all decisions, mean F1 of the labels, rows that are wholly right, the loss."""
        return METRICS[self.name]

    def outputs(self, about: Mapping[str, Any]) -> int:
        """One logit a label."""
        return len(about["labels"])

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Binary cross-entropy; `class_weights=balanced` weighs a label's yes by its rarity."""
        weight_k = None
        if params.class_weights == "balanced":
            share_k = rows.targets_n.mean(axis=0).clip(1 / len(rows), 1 - 1 / len(rows))
            weight_k = torch.as_tensor((1 - share_k) / share_k, dtype=torch.float32)
        return BinaryCrossEntropy(weight_k, params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """All metrics from the logits."""
        logits_nk = logits_of(network, split.rows, batch_size, device)
        true_nk = split.rows.targets_n > THRESHOLD
        scores = multi_label_scores(true_nk, logits_nk > 0)
        return scores | {"loss": binary_cross_entropy(logits_nk, true_nk)}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`labels`, those with a probability above one half, and `scores` of all."""
        logits_nk = self.logits(network, inputs, tokenizers, card, batch_size, device).astype(np.float64)
        found = []
        for score_k in 1 / (1 + np.exp(-logits_nk)):
            scores = {label: float(score) for label, score in zip(card.labels, score_k, strict=True)}
            found.append({"labels": [label for label, score in scores.items() if score > THRESHOLD], "scores": scores})
        return found


class BinaryCrossEntropy(Criterion):
    """Binary cross-entropy in fp32, a mean over the labels.

    Args:
        weight_k: (K,) weight of each label's yes; None: all 1.
        label_smoothing: Share of the target that is moved to one half.
    """

    def __init__(self, weight_k: torch.Tensor | None, label_smoothing: float) -> None:
        self._weight_k, self._smoothing = weight_k, label_smoothing

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of rows."""
        return float(len(batch["labels"]))

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Summed over the batch. Outputs: (B, K) logits."""
        wanted_bk = batch["labels"].float() * (1 - self._smoothing) + self._smoothing / 2
        weight_k = None if self._weight_k is None else self._weight_k.to(outputs.device)
        summed = functional.binary_cross_entropy_with_logits(
            outputs.float(), wanted_bk, pos_weight=weight_k, reduction="sum"
        )
        return summed / outputs.shape[1]
