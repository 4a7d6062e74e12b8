"""Regression: one text, or a pair of texts, to a number.

Shapes: N rows, B rows in a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch.nn import functional

from models.metrics import METRICS
from models.metrics.regression import regression_scores
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import Criterion, EvalSet
from models.tasks.card import Card
from models.tasks.infer import logits_of
from models.tasks.pooled import PooledTask
from models.tasks.rows import Rows


class Regression(PooledTask):
    """Any encoder, pooling, dropout, and one linear output, in standard deviations of the training rows' numbers.

    So the same learning rates suit every scale.
    """

    name: ClassVar[str] = "regression"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """Rank and linear correlation, squared and absolute error, the loss."""
        return METRICS[self.name]

    def outputs(self, about: Mapping[str, Any]) -> int:
        """One number."""
        return 1

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Squared error of standardized numbers."""
        return SquaredError(*_scale(about))

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """All metrics on the numbers' own scale; the loss on the standardized one."""
        mean, deviation = _scale(split.data.about)
        predicted_n = logits_of(network, split.rows, batch_size, device)[:, 0].astype("float64") * deviation + mean
        scores = regression_scores(split.rows.targets_n.astype("float64"), predicted_n)
        return scores | {"loss": scores["mse"] / deviation**2}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`value`, on the training numbers' scale."""
        mean, deviation = _scale(card.about)
        outputs_n = self.logits(network, inputs, tokenizers, card, batch_size, device)[:, 0]
        return [{"value": float(output) * deviation + mean} for output in outputs_n]


class SquaredError(Criterion):
    """Squared error in fp32, of numbers in standard deviations from the mean."""

    def __init__(self, mean: float, deviation: float) -> None:
        self._mean, self._deviation = mean, deviation

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of rows."""
        return float(len(batch["labels"]))

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Summed over the batch. Outputs: (B, 1)."""
        wanted_b = (batch["labels"].float() - self._mean) / self._deviation
        return functional.mse_loss(outputs[:, 0].float(), wanted_b, reduction="sum")


def _scale(about: Mapping[str, Any]) -> tuple[float, float]:
    """Mean and deviation of the training numbers; a skeleton for looking at shapes has none."""
    return float(about["mean"]), float(about["deviation"])
