"""What tasks that make one text of another have in common.

Shapes: B rows, T target tokens, V tokens in the vocabulary.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from transformers import GenerationConfig

from models.data.formats import FORMATS
from models.data.formats.base import columns_of
from models.data.formats.pairs_to_generate import end_id_of
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import TrainParams
from models.tasks.base import Criterion, EvalSet, Task
from models.tasks.card import Card
from models.tasks.infer import batches_of, inference
from models.tasks.rows import IGNORED, Rows, inputs_of
from models.tasks.token_classification import TokenCrossEntropy
from models.tasks.writing import places_to_write


class Seq2SeqNetwork(Network):
    """An encoder and a decoder; in training the decoder reads the target itself, one token late.

    Generation is as `generate` asks for it: a checkpoint's own settings (beams, least length, forced and forbidden
    tokens) are of the data that it was trained on, and saved weights would not have them.
    """

    reads: ClassVar[tuple[str, ...]] = ("labels",)

    def __init__(self, backbone: torch.nn.Module) -> None:
        super().__init__(backbone)
        backbone.generation_config = GenerationConfig()

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        """Logits (B, T, V) of each target token (`labels`, (B, T)), given those before it."""
        labels = batch.pop("labels")
        start, pad = self.config.decoder_start_token_id, self.config.pad_token_id
        shifted_bt = torch.full_like(labels, start)
        shifted_bt[:, 1:] = labels[:, :-1].masked_fill(labels[:, :-1] == IGNORED, pad)
        logits_btv: torch.Tensor = self.backbone(decoder_input_ids=shifted_bt, use_cache=False, **batch).logits
        return logits_btv


class Seq2SeqTask(Task):
    """An encoder-decoder model; texts are generated greedily, or by beam search where that is asked for."""

    kind: ClassVar[str] = "seq2seq"

    @abstractmethod
    def scores(self, texts: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
        """The metrics of generated texts, against all that count as right."""

    def network(
        self, backbone: torch.nn.Module, about: Mapping[str, Any], pooling: str, dropout: float | None
    ) -> Network:
        """The model as it is: its decoder ends in a head of its own."""
        return Seq2SeqNetwork(backbone)

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Cross-entropy over the target's tokens."""
        return TokenCrossEntropy(None, params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """Scores of the generated texts, and the loss of the right ones."""
        criterion = TokenCrossEntropy(None, 0.0)
        loss = weight = 0.0
        longest = split.rows.ragged["labels"].lengths_n.max() if len(split.rows) else 1
        texts = [""] * len(split.raw)
        with inference(network):
            for index_b, batch in batches_of(split.rows, batch_size, device):
                loss += float(criterion.loss_sum(network(**inputs_of(batch, network.reads)), batch))
                weight += criterion.weight_of(batch)
                # A tenth more than the longest right answer is enough to be judged.
                most = int(longest * 1.1) + 1
                generated = generate(network, inputs_of(batch), split.data.tokenizers, most, split.num_beams)
                for at, text in zip(index_b, generated, strict=True):
                    texts[at] = text
        return self.scores(texts, split.raw["references"][:]) | {"loss": loss / max(weight, 1.0)}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`text`, what was generated."""
        columns = columns_of([dict(row) for row in inputs])
        encoded = FORMATS[self.name].encode(columns, 0, tokenizers, card.data_spec, card.about)
        rows, spec = Rows.from_columns(encoded, tokenizers), card.data_spec
        found: list[dict[str, Any]] = [{} for _ in inputs]
        with inference(network):
            for index_b, batch in batches_of(rows, batch_size, device):
                texts = generate(network, inputs_of(batch), tokenizers, spec.max_target_length, spec.num_beams)
                for at, text in zip(index_b, texts, strict=True):
                    found[at] = {"text": text}
        return found


def generate(
    network: Network, inputs: Mapping[str, torch.Tensor], tokenizers: Tokenizers, longest: int, num_beams: int
) -> list[str]:
    """Generated texts, one a row: no sampling, so that the same input gives the same text.

    Args:
        network: In evaluation mode.
        inputs: `input_ids` and `attention_mask` (B, L).
        tokenizers: The target one reads what was generated.
        longest: Most tokens to generate; no more than the decoder has positions.
        num_beams: Beams of the search; 1: greedy.
    """
    tokenizer, config = tokenizers.target, network.config
    backbone: Any = network.backbone
    ids_bt = backbone.generate(
        **inputs,
        max_new_tokens=int(min(longest, places_to_write(network))),
        num_beams=num_beams,
        do_sample=False,
        decoder_start_token_id=config.decoder_start_token_id,
        eos_token_id=end_id_of(tokenizer),
        pad_token_id=config.pad_token_id,
    )
    texts: list[str] = tokenizer.batch_decode(ids_bt, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return [text.strip() for text in texts]
