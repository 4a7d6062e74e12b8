"""Text classification: one text, or a pair of texts, to one of K classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from models.metrics import METRICS, classification
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import EvalSet
from models.tasks.card import Card
from models.tasks.infer import logits_of
from models.tasks.losses import CrossEntropy, balanced_weights
from models.tasks.pooled import PooledTask
from models.tasks.rows import Rows


class TextClassification(PooledTask):
    """Any encoder, pooling, dropout, and a linear head."""

    name: ClassVar[str] = "text_classification"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """Accuracy, macro F1, Matthews correlation, for two classes F1 of the second, mean cross-entropy."""
        return METRICS[self.name]

    def unmeasured(self, about: Mapping[str, Any]) -> dict[str, str]:
        """F1 of the second class, where there are not two."""
        classes = self.outputs(about)
        return {} if classes == 2 else {"f1": f"f1 is of the second of two classes, the data has {classes}"}

    def outputs(self, about: Mapping[str, Any]) -> int:
        """One logit a class."""
        return len(about["labels"])

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> CrossEntropy:
        """Cross-entropy with the asked smoothing and class weights."""
        classes = self.outputs(about)
        weights = balanced_weights(rows.targets_n, classes) if params.class_weights == "balanced" else None
        return CrossEntropy(weights, params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """All metrics from the logits."""
        logits_nk = logits_of(network, split.rows, batch_size, device)
        labels_n = split.rows.targets_n
        scores = classification.text_classification_scores(labels_n, logits_nk.argmax(axis=1), logits_nk.shape[1])
        return scores | {"loss": classification.cross_entropy(logits_nk, labels_n)}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`label`, its probability `score`, and `scores` of all classes."""
        logits_nk = self.logits(network, inputs, tokenizers, card, batch_size, device).astype(np.float64)
        odds_nk = np.exp(logits_nk - logits_nk.max(axis=1, keepdims=True))
        scores_nk = odds_nk / odds_nk.sum(axis=1, keepdims=True)
        return [
            {
                "label": card.labels[int(scores_k.argmax())],
                "score": float(scores_k.max()),
                "scores": {label: float(score) for label, score in zip(card.labels, scores_k, strict=True)},
            }
            for scores_k in scores_nk
        ]
