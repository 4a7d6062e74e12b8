"""The seam between tasks and the training.

Shapes: B rows in a batch, N rows in a set.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar

import torch
from datasets import Dataset

from models.data import PreparedData, PreparedParts
from models.data.formats import FORMATS
from models.errors import Problem
from models.network import Network
from models.pretrained import Tokenizers, backbone_from_config, load_backbone
from models.spec import DataSpec, EncoderDecoderModel, ModelSpec, ScratchModel, TinyModel, TrainParams, TrainSpec
from models.tasks.card import Card
from models.tasks.part_rows import PartRows
from models.tasks.rows import Rows

# Names under which transformers' architectures keep the vectors of words.
WORD_VECTORS = ("word_embeddings", "tok_embeddings", "embed_tokens", ".wte", ".shared")
IN_A_PAIR = ("embeddings.word_embeddings", "bert.embeddings.word_embeddings")


class Criterion(ABC):
    """The training loss of a task, summed, so that several passes add up exactly to one optimizer step."""

    @abstractmethod
    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """Total weight of a batch's answers; the divisor that turns a summed loss into a mean. Batch on the CPU."""

    @abstractmethod
    def loss_sum(self, outputs: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The weighted loss summed over a batch: a scalar in fp32.

        Args:
            outputs: What the network gave.
            batch: The whole batch, on the network's device.
        """


@dataclass(frozen=True)
class EvalSet:
    """The rows of one split, ready to be evaluated.

    Attributes:
        rows: As the network reads them.
        tokens: All token columns, the task's own bookkeeping included.
        raw: The normalized rows that they were made of.
        data: What they belong to.
        parts: Of several data sets, the rows of each by name; else none.
        num_beams: Of the search, where texts are generated.
    """

    rows: Rows
    tokens: Dataset
    raw: Dataset
    data: PreparedData
    parts: Mapping[str, EvalSet] = field(default_factory=dict)
    num_beams: int = 1

    @classmethod
    def of(cls, data: PreparedData, split: str, num_beams: int = 1) -> EvalSet:
        """The split `train`, `validation` or `test`."""
        tokens, raw = getattr(data, split), getattr(data.raw, split)
        if isinstance(data, PreparedParts):
            parts = {name: cls.of(part, split) for name, part in data.parts.items()}
            return cls(PartRows.of([part.rows for part in parts.values()], data.temperature), tokens, raw, data, parts)
        return cls(Rows.from_dataset(tokens, data.tokenizers), tokens, raw, data, num_beams=num_beams)


class Task(ABC):
    """Something that a model learns to do."""

    name: ClassVar[str]
    kind: ClassVar[str] = "encoder"
    """What it needs of a model: `encoder`, `seq2seq` or `causal`."""

    @abstractmethod
    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """Names of the metrics of an evaluation, each with whether more is better; the first is the usual one."""

    def unmeasured(self, about: Mapping[str, Any]) -> dict[str, str]:
        """Metrics that rows like these do not have, each with the reason."""
        return {}

    @abstractmethod
    def network(
        self, backbone: torch.nn.Module, about: Mapping[str, Any], pooling: str, dropout: float | None
    ) -> Network:
        """The backbone with a head whose weights are not set.

        Args:
            backbone: Of the kind that the task needs.
            about: What is known of the data: how many classes, and their names.
            pooling: How token vectors become a text vector, where that is needed.
            dropout: Before the head; None: as the backbone's configuration has it.
        """

    def build(self, model: ModelSpec, data: PreparedData, seed: int) -> Network:
        """The pretrained model with a new head whose weights depend on `seed` only."""
        network = self.network(
            load_backbone(model, self.kind, data.tokenizers), data.about, model.pooling, model.dropout
        )
        self.reset_new(network, seed)
        network.fresh += fresh_words(model)
        return network

    def rebuild(self, config: Any, card: Card, *, trust_remote_code: bool = False) -> Network:
        """The same network with unset weights, from the model's configuration: what saved weights are loaded into."""
        backbone = backbone_from_config(config, self.kind, trust_remote_code=trust_remote_code)
        return self.network(backbone, card.about, card.pooling, None)

    def skeleton(self, config: Any, spec: TrainSpec) -> Network:
        """The network without weights, for looking at names and shapes before any data is read."""
        backbone = backbone_from_config(config, self.kind, meta=True)
        with torch.device("meta"):
            network = self.network(backbone, self.assumed(spec.data), spec.model.pooling, spec.model.dropout)
        network.fresh += fresh_words(spec.model)
        return network

    def assumed(self, data: DataSpec) -> dict[str, Any]:
        """What a skeleton takes for known of the data, in place of `about`: two classes, where none are named."""
        return {"labels": data.labels or ["0", "1"]}

    def reset_new(self, network: Network, seed: int) -> None:  # noqa: B027  # nothing is new in some networks
        """Give the new weights their random start; the global generator is left as it was."""

    @abstractmethod
    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """The training loss, with class weights taken from the training rows."""

    @abstractmethod
    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """Every metric of the task; `loss` is the plain mean, without weights or smoothing, comparable.

        Args:
            network: Is put into evaluation mode, and back.
            split: What to evaluate on.
            batch_size: Rows in one forward pass.
            device: Where the network is.
        """

    def input_rows(self, inputs: Sequence[Any], card: Card) -> list[dict[str, Any]]:
        """Rows without answers from what a person gives to predict.

        Raises:
            InputError: An input is not what the task reads.
        """
        return FORMATS[self.name].input_rows(inputs)

    @abstractmethod
    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """What the model says of rows without answers: one JSON-able dict an input, in the inputs' order.

        Args:
            network: In evaluation mode, on its device.
            inputs: Rows as `input_rows` gives them.
            tokenizers: Those that the model was trained with.
            card: What the model is for.
            batch_size: Inputs in one forward pass.
            device: Where the network is.
        """

    def check_data(self, data: DataSpec) -> list[Problem]:
        """What is wrong with the data's specification beyond the limits of its fields; no rows are read."""
        return []

    def check(self, spec: TrainSpec) -> list[Problem]:
        """What is wrong with the specification for this task: the metric and its direction."""
        metrics = self.metrics(spec.data)
        if spec.metric is not None and spec.metric not in metrics:
            close = get_close_matches(spec.metric, metrics, n=1)
            hint = f"did you mean {close[0]}?" if close else ""
            return [
                Problem(
                    "sweep.metric", f"must be one of {', '.join(metrics)} for {self.name}, got {spec.metric!r}", hint
                )
            ]
        name, maximize = goal_of(self, spec)
        if metrics[name] != maximize:
            right = "maximized" if metrics[name] else "minimized"
            return [Problem("sweep.direction", f"{name} must be {right}, got {'maximize' if maximize else 'minimize'}")]
        return []


def goal_of(task: Task, spec: TrainSpec) -> tuple[str, bool]:
    """The metric that chooses the best evaluation, and whether more of it is better."""
    metrics = task.metrics(spec.data)
    name = spec.metric or next(iter(metrics))
    return name, metrics.get(name, True) if spec.maximize is None else spec.maximize


def fresh_words(model: ModelSpec) -> tuple[str, ...]:
    """Parts of the names of word vectors that were drawn anew, since the model has another vocabulary than its own."""
    if isinstance(model, EncoderDecoderModel):
        sides = {"backbone.encoder.": model.encoder, "backbone.decoder.": model.decoder}
        return tuple(f"{prefix}{part}" for prefix, side in sides.items() if fresh_words(side) for part in IN_A_PAIR)
    known = model.vocabulary == "pretrained" or isinstance(model, (TinyModel, ScratchModel))
    return () if known else WORD_VECTORS
