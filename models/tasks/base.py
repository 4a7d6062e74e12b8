"""The seam between tasks and the training.

Shapes: B rows in a batch, N rows in a set, K classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from models.errors import Problem
from models.spec import ModelSpec, TrainParams, TrainSpec
from models.tasks.rows import Rows


class Criterion(ABC):
    """The training loss of a task, summed, so that several passes add up exactly to one optimizer step."""

    @abstractmethod
    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """Total weight of a batch's rows; the divisor that turns a summed loss into a mean. Batch on the CPU."""

    @abstractmethod
    def loss_sum(self, logits_bk: torch.Tensor, labels_b: torch.Tensor) -> torch.Tensor:
        """The weighted loss summed over a batch: a scalar in fp32."""


class Task(ABC):
    """Something that a model learns to do, from rows of tokens with labels."""

    name: ClassVar[str]
    metrics: ClassVar[Mapping[str, bool]]
    """Names of the metrics of an evaluation, each with whether more is better."""

    @abstractmethod
    def build(self, model: ModelSpec, labels: Sequence[str], seed: int) -> torch.nn.Module:
        """The pretrained encoder (attribute `encoder`) with a new head.

        Args:
            model: Which encoder, and how it is pooled.
            labels: Names of the classes.
            seed: Seed of the head's weights.
        """

    @abstractmethod
    def rebuild(self, config: Any, pooling: str, labels: Sequence[str], *, trust_remote_code: bool) -> torch.nn.Module:
        """The same module with unset weights, from the encoder's configuration: what saved weights are loaded into."""

    @abstractmethod
    def criterion(self, rows: Rows, classes: int, params: TrainParams) -> Criterion:
        """The training loss, with class weights taken from the training rows."""

    @abstractmethod
    def evaluate(self, logits_nk: np.ndarray, labels_n: np.ndarray) -> dict[str, float]:
        """Every metric of the task; `loss` is the plain mean, without weights or smoothing, comparable."""

    @abstractmethod
    def check(self, spec: TrainSpec) -> list[Problem]:
        """What is wrong with the specification for this task."""
