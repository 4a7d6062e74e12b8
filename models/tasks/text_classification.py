"""Text classification: one text, or a pair of texts, to one of K classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

import numpy as np
import torch

from models.errors import Problem
from models.pretrained import encoder_from_config, load_encoder
from models.spec import ModelSpec, TrainParams, TrainSpec
from models.tasks import metrics as measures
from models.tasks.base import Task
from models.tasks.classifier import TextClassifier
from models.tasks.losses import CrossEntropy, balanced_weights
from models.tasks.rows import Rows


class TextClassification(Task):
    """Any encoder, mean or first-token pooling, dropout, and a linear head."""

    name: ClassVar[str] = "text_classification"
    metrics: ClassVar[Mapping[str, bool]] = {"accuracy": True, "macro_f1": True, "mcc": True, "loss": False}

    def build(self, model: ModelSpec, labels: Sequence[str], seed: int) -> torch.nn.Module:
        """Encoder, pooling, dropout and a linear head whose weights depend on `seed` only."""
        classifier = TextClassifier(load_encoder(model), model.pooling, len(labels), model.dropout)
        classifier.reset_head(seed)
        return classifier

    def rebuild(self, config: Any, pooling: str, labels: Sequence[str], *, trust_remote_code: bool) -> torch.nn.Module:
        """The same classifier with unset weights."""
        encoder = encoder_from_config(config, trust_remote_code=trust_remote_code)
        return TextClassifier(encoder, pooling, len(labels), None)

    def criterion(self, rows: Rows, classes: int, params: TrainParams) -> CrossEntropy:
        """Cross-entropy with the asked smoothing and class weights."""
        weights = balanced_weights(rows.targets_n, classes) if params.class_weights == "balanced" else None
        return CrossEntropy(weights, params.label_smoothing)

    def evaluate(self, logits_nk: np.ndarray, labels_n: np.ndarray) -> dict[str, float]:
        """Accuracy, macro F1, Matthews correlation, mean cross-entropy."""
        counts = measures.confusion(labels_n, logits_nk.argmax(axis=1), logits_nk.shape[1])
        return {
            "accuracy": measures.accuracy(counts),
            "macro_f1": measures.macro_f1(counts),
            "mcc": measures.mcc(counts),
            "loss": measures.cross_entropy(logits_nk, labels_n),
        }

    def check(self, spec: TrainSpec) -> list[Problem]:
        """The metric must be one of the task's, and wanted in its own direction."""
        if spec.metric not in self.metrics:
            close = get_close_matches(spec.metric, self.metrics, n=1)
            hint = f"did you mean {close[0]}?" if close else ""
            rule = f"must be one of {', '.join(self.metrics)} for {self.name}, got {spec.metric!r}"
            return [Problem("sweep.metric", rule, hint)]
        if self.metrics[spec.metric] != spec.maximize:
            right = "maximized" if self.metrics[spec.metric] else "minimized"
            return [Problem("sweep.maximize", f"{spec.metric} must be {right}, got maximize={spec.maximize}")]
        return []
