"""Extractive question answering: the part of a text that answers a question.

Shapes: N pieces of context, B in a batch, L tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch.nn import functional

from models.data.formats import FORMATS
from models.data.formats.base import columns_of
from models.metrics import METRICS
from models.metrics.answers import question_answering_scores
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import Criterion, EvalSet
from models.tasks.card import Card
from models.tasks.encoder import EncoderTask
from models.tasks.heads import Head, TokenHead
from models.tasks.infer import Batch, batches_of, inference
from models.tasks.rows import Rows, inputs_of
from models.tasks.spans import Span, best_spans


class QuestionAnswering(EncoderTask):
    """Any encoder with two outputs a token: whether the answer begins or ends there (Devlin et al. 2018)."""

    name: ClassVar[str] = "question_answering"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """F1 over words, exact matches, the loss."""
        return METRICS[self.name]

    def head(self, config: Any, about: Mapping[str, Any], pooling: str, dropout: float | None) -> Head:
        """Two logits for each token."""
        return TokenHead(config, 2, dropout)

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Cross-entropy of the beginning and of the end."""
        return SpanCrossEntropy(params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """Answers over all pieces of a context, as text, against the nearest of the references."""
        criterion, total = SpanCrossEntropy(0.0), 0.0
        tokens = {name: split.tokens[name][:] for name in ("row", "char_starts", "char_ends")}

        def add(logits_bl2: torch.Tensor, batch: Batch) -> None:
            nonlocal total
            total += float(criterion.loss_sum(logits_bl2, batch))

        unanswerable = bool(split.data.about.get("unanswerable"))
        spans = _spans(network, split.rows, tokens, len(split.raw), batch_size, device, unanswerable, add)
        contexts = split.raw["context"][:]
        predicted = [span.of(context) for span, context in zip(spans, contexts, strict=True)]
        return question_answering_scores(predicted, split.raw["answers"][:]) | {"loss": total / max(1, len(split.rows))}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`answer`, its characters `start` and `end` in the context, and `score`, its probability among the spans."""
        columns = columns_of([dict(row) for row in inputs])
        encoded = FORMATS[self.name].encode(columns, 0, tokenizers, card.data_spec, card.about)
        rows = Rows.from_columns(encoded, tokenizers)
        unanswerable = bool(card.about.get("unanswerable"))
        spans = _spans(network, rows, encoded, len(inputs), batch_size, device, unanswerable)
        return [
            {"answer": span.of(row["context"]), "start": span.start, "end": span.end, "score": span.score}
            for span, row in zip(spans, inputs, strict=True)
        ]


class SpanCrossEntropy(Criterion):
    """The mean of two cross-entropies over the tokens of a piece: of the answer's first and of its last token."""

    def __init__(self, label_smoothing: float) -> None:
        self._smoothing = label_smoothing

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of pieces."""
        return float(len(batch["start_positions"]))

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Summed over the batch. Outputs: (B, L, 2) logits; padding is no candidate."""
        total = torch.zeros((), device=outputs.device)
        padding_bl = batch["attention_mask"] == 0
        for side, name in enumerate(("start_positions", "end_positions")):
            logits_bl = outputs[..., side].float()
            if not self._smoothing:
                logits_bl = logits_bl.masked_fill(padding_bl, float("-inf"))
            loss = functional.cross_entropy(logits_bl, batch[name], label_smoothing=self._smoothing, reduction="sum")
            total = total + loss / 2
        return total


def _spans(
    network: Network,
    rows: Rows,
    tokens: Mapping[str, Sequence[Any]],
    inputs: int,
    batch_size: int,
    device: torch.device,
    unanswerable: bool,
    each: Any = None,
) -> list[Span]:
    """The best span of each of `inputs` rows over all of its pieces."""
    pieces: list[tuple[np.ndarray, np.ndarray] | None] = [None] * len(rows)
    with inference(network):
        for index_b, batch in batches_of(rows, batch_size, device):
            logits_bl2 = network(**inputs_of(batch))
            if each is not None:
                each(logits_bl2, batch)
            for at, logits_l2 in zip(index_b, logits_bl2.float().cpu().numpy(), strict=True):
                length = int(rows.lengths_n[at])
                pieces[at] = logits_l2[:length, 0], logits_l2[:length, 1]
    found = [piece for piece in pieces if piece is not None]
    return best_spans(found, tokens["row"], tokens["char_starts"], tokens["char_ends"], inputs, unanswerable)
