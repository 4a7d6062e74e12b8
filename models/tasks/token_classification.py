"""Token classification: a tag for each word.

Shapes: N rows, B rows in a batch, L tokens, K tags.
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
from models.metrics.entities import token_classification_scores
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import Criterion, EvalSet
from models.tasks.card import Card
from models.tasks.encoder import EncoderTask
from models.tasks.heads import Head, TokenHead
from models.tasks.infer import batches_of, inference
from models.tasks.losses import balanced_weights
from models.tasks.rows import IGNORED, Rows, inputs_of

FALLBACK = "O"  # Tag of words past the longest input, which the model never saw.


class TokenClassification(EncoderTask):
    """Any encoder, dropout, and a linear head on every token; a word's tag is that of its first token."""

    name: ClassVar[str] = "token_classification"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """Entity F1 for BIO tags, macro F1 for others, with precision, recall and the share of right words."""
        return METRICS[self.name]

    def head(self, config: Any, about: Mapping[str, Any], pooling: str, dropout: float | None) -> Head:
        """A tag's logit for each token."""
        return TokenHead(config, len(about["labels"]), dropout)

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Cross-entropy over the words' first tokens."""
        weight_k = None
        if params.class_weights == "balanced":
            labels_t = rows.ragged["labels"].values_t
            weights = balanced_weights(labels_t[labels_t != IGNORED].astype(np.int64), len(about["labels"]))
            weight_k = torch.as_tensor(weights, dtype=torch.float32)
        return TokenCrossEntropy(weight_k, params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """Metrics over whole rows: words that did not fit into the longest input count as `O`."""
        labels = split.data.labels
        criterion = TokenCrossEntropy(None, 0.0)
        loss = weight = 0.0
        words = split.tokens["words"][:]
        true = split.raw["label"][:]
        predicted: list[list[int]] = [[] for _ in true]
        with inference(network):
            for index_b, batch in batches_of(split.rows, batch_size, device):
                logits_blk = network(**inputs_of(batch))
                loss += float(criterion.loss_sum(logits_blk, batch))
                weight += criterion.weight_of(batch)
                for at, tags_l in zip(index_b, logits_blk.argmax(dim=-1).cpu().tolist(), strict=True):
                    predicted[at] = _word_tags(words[at], tags_l, _fallback(labels), len(true[at]))
        return token_classification_scores(true, predicted, labels) | {"loss": loss / max(weight, 1.0)}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`tokens`, `tags`, and `scores`: the probability of each word's tag (None for words that were cut off)."""
        columns = columns_of([dict(row) for row in inputs])
        encoded = FORMATS[self.name].encode(columns, 0, tokenizers, card.data_spec, card.about)
        rows = Rows.from_columns(encoded, tokenizers)
        found: list[dict[str, Any]] = [{} for _ in inputs]
        with inference(network):
            for index_b, batch in batches_of(rows, batch_size, device):
                scores_blk = network(**inputs_of(batch)).softmax(dim=-1).cpu()
                for place, at in enumerate(index_b):
                    best_l = scores_blk[place].max(dim=-1)
                    tokens, words = inputs[at]["tokens"], encoded["words"][at]
                    scores: list[float | None] = [None] * len(tokens)
                    for token, word in enumerate(words):
                        if word >= 0:
                            scores[word] = float(best_l.values[token])
                    tags = _word_tags(words, best_l.indices.tolist(), _fallback(card.labels), len(tokens))
                    found[at] = {"tokens": list(tokens), "tags": [card.labels[tag] for tag in tags], "scores": scores}
        return found


class TokenCrossEntropy(Criterion):
    """Cross-entropy in fp32 over the tokens that have a label.

    Args:
        weight_k: (K,) weights of the tags; None: all 1.
        label_smoothing: Share of the target spread over all tags.
    """

    def __init__(self, weight_k: torch.Tensor | None, label_smoothing: float) -> None:
        self._weight_k, self._smoothing = weight_k, label_smoothing

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of labelled tokens; with weights, the sum of theirs."""
        labels = batch["labels"][batch["labels"] != IGNORED]
        if self._weight_k is None:
            return float(len(labels))
        return float(self._weight_k.to(labels.device)[labels].sum())

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Summed over the batch. Outputs: (B, L, K) logits."""
        weight_k = None if self._weight_k is None else self._weight_k.to(outputs.device)
        return functional.cross_entropy(
            outputs.float().flatten(0, 1),
            batch["labels"].flatten(),
            weight=weight_k,
            ignore_index=IGNORED,
            label_smoothing=self._smoothing,
            reduction="sum",
        )


def _fallback(labels: Sequence[str]) -> int:
    return labels.index(FALLBACK) if FALLBACK in labels else 0


def _word_tags(words_l: Sequence[int], tags_l: Sequence[int], fallback: int, count: int) -> list[int]:
    """The tag of each of `count` words, from the tags of the tokens."""
    found = [fallback] * count
    for token, word in enumerate(words_l):
        if word >= 0:
            found[word] = tags_l[token]
    return found
