"""What a baseline is given, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from datasets import Dataset


class RawSplits(Protocol):
    """The normalized rows, as texts and answers."""

    @property
    def train(self) -> Dataset:
        """What a baseline learns from."""

    @property
    def validation(self) -> Dataset:
        """What it is measured on."""


class BaselineData(Protocol):
    """The data of one task, as the training has it.

    `train` and `validation` have the column `input_ids`, which only language modelling reads.
    """

    @property
    def raw(self) -> RawSplits:
        """The rows before tokenizing."""

    @property
    def about(self) -> Mapping[str, Any]:
        """What is known of the data: `labels`, `pair`, and so on."""

    @property
    def train(self) -> Dataset:
        """The training rows as tokens."""

    @property
    def validation(self) -> Dataset:
        """The validation rows as tokens."""


@dataclass(frozen=True)
class Baseline:
    """What one reaches without a Transformer.

    Attributes:
        name: What it does, in a few words.
        metrics: On the validation rows, by the names of the task's metrics; `loss` only where it gives probabilities.
        seconds: What it took to learn and to be measured.
        majority: Whether it is the trivial one: a trial that is no better has learned nothing.
    """

    name: str
    metrics: dict[str, float]
    seconds: float
    majority: bool
