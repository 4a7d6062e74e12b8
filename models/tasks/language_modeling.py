"""Causal language modelling: the next token of a text; and the continuation of a text.

Shapes: B rows, L tokens, V tokens in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch.nn import functional
from transformers import GenerationConfig

from models.data.formats.pairs_to_generate import end_id_of
from models.metrics import METRICS
from models.metrics.language_modeling import perplexity
from models.network import Network
from models.pretrained import Tokenizers
from models.spec import DataSpec, TrainParams
from models.tasks.base import Criterion, EvalSet, Task
from models.tasks.card import Card
from models.tasks.infer import batches_of, inference
from models.tasks.rows import IGNORED, Rows, inputs_of
from models.tasks.writing import places_to_write


class CausalNetwork(Network):
    """A causal decoder with its language-modelling head; generation as `predict` asks for it, not the checkpoint."""

    def __init__(self, backbone: torch.nn.Module) -> None:
        super().__init__(backbone)
        backbone.generation_config = GenerationConfig()

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        """Logits (B, L, V) of the token that follows each."""
        logits_blv: torch.Tensor = self.backbone(use_cache=False, **batch).logits
        return logits_blv


class LanguageModeling(Task):
    """A causal decoder; every token but a block's first is predicted from those before it in the block."""

    name: ClassVar[str] = "language_modeling"
    kind: ClassVar[str] = "causal"

    def metrics(self, data: DataSpec) -> Mapping[str, bool]:
        """Perplexity a token, and the mean loss, its logarithm."""
        return METRICS[self.name]

    def network(
        self, backbone: torch.nn.Module, about: Mapping[str, Any], pooling: str, dropout: float | None
    ) -> Network:
        """The model as it is."""
        return CausalNetwork(backbone)

    def criterion(self, rows: Rows, about: Mapping[str, Any], params: TrainParams) -> Criterion:
        """Cross-entropy of the next token."""
        return NextToken(params.label_smoothing)

    def evaluate(self, network: Network, split: EvalSet, batch_size: int, device: torch.device) -> dict[str, float]:
        """The mean loss over all predicted tokens, and its exponential."""
        criterion = NextToken(0.0)
        loss = weight = 0.0
        with inference(network):
            for _, batch in batches_of(split.rows, batch_size, device):
                loss += float(criterion.loss_sum(network(**inputs_of(batch)), batch))
                weight += criterion.weight_of(batch)
        mean = loss / max(weight, 1.0)
        return {"perplexity": perplexity(mean), "loss": mean}

    def predict(
        self,
        network: Network,
        inputs: Sequence[Mapping[str, Any]],
        tokenizers: Tokenizers,
        card: Card,
        batch_size: int,
        device: torch.device,
    ) -> list[dict[str, Any]]:
        """`text`, the continuation of each text, generated greedily; and `perplexity` of the text given.

        A text of one token or none has no perplexity: None.
        """
        tokenizer, longest = tokenizers.source, card.data_spec.max_target_length
        backbone: Any = network.backbone
        found: list[dict[str, Any]] = []
        with inference(network):
            for row in inputs:  # One by one: padding on the left would change what some models compute.
                ids = tokenizer(row["text"], add_special_tokens=False, verbose=False)["input_ids"]
                start = ids or [end_id_of(tokenizer)]
                prompt_1l = torch.tensor([start[-card.data_spec.max_length :]], device=device)
                mask_1l = torch.ones_like(prompt_1l)
                room = min(longest, places_to_write(network) - prompt_1l.shape[1])
                made_1l = backbone.generate(
                    input_ids=prompt_1l,
                    attention_mask=mask_1l,
                    max_new_tokens=int(max(1, room)),
                    do_sample=False,
                    eos_token_id=end_id_of(tokenizer),
                    pad_token_id=end_id_of(tokenizer),
                )
                text = tokenizer.decode(made_1l[0, prompt_1l.shape[1] :], skip_special_tokens=True)
                found.append({"text": text, "perplexity": _perplexity_of(network, prompt_1l, mask_1l)})
        return found


class NextToken(Criterion):
    """Cross-entropy in fp32 of each token but the first, padding left out."""

    def __init__(self, label_smoothing: float) -> None:
        self._smoothing = label_smoothing

    def weight_of(self, batch: Mapping[str, torch.Tensor]) -> float:
        """The number of predicted tokens."""
        return float(batch["attention_mask"][:, 1:].sum())

    def loss_sum(self, outputs: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Summed over the batch. Outputs: (B, L, V) logits."""
        wanted_bl = batch["input_ids"][:, 1:].masked_fill(batch["attention_mask"][:, 1:] == 0, IGNORED)
        return functional.cross_entropy(
            outputs[:, :-1].float().flatten(0, 1),
            wanted_bl.flatten(),
            ignore_index=IGNORED,
            label_smoothing=self._smoothing,
            reduction="sum",
        )


def _perplexity_of(network: Network, ids_1l: torch.Tensor, mask_1l: torch.Tensor) -> float | None:
    if ids_1l.shape[1] < 2:
        return None
    batch = {"input_ids": ids_1l, "attention_mask": mask_1l}
    return perplexity(float(NextToken(0.0).loss_sum(network(**batch), batch)) / (ids_1l.shape[1] - 1))
