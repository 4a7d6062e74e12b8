"""An encoder with one linear head, for transformers' Auto classes and pipelines.

This file is shipped in exported folders and needs torch and transformers only. Load with `trust_remote_code=True`.
Shapes: B rows, L tokens, H hidden size, K outputs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import (
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)

ENCODER: Any = None  # An architecture that transformers does not know; an export of one sets it here.


class HeadConfig(PreTrainedConfig):  # type: ignore[misc]  # transformers ships no types
    """The encoder's configuration, and what the head takes of its output.

    Attributes:
        encoder: Configuration of the encoder, as a dict.
        pooling: How token vectors become one text vector: `cls`, `mean`, `max` or `last`.
        hidden_size: H.
    """

    model_type = "encoder-with-linear-head"

    encoder: dict[str, Any] | None = None
    pooling: str = "cls"
    hidden_size: int = 0

    def encoder_config(self) -> Any:
        """The encoder's own configuration."""
        fields = dict(self.encoder or {})
        kind = fields.pop("model_type")
        return ENCODER.config_class(**fields) if ENCODER is not None else AutoConfig.for_model(kind, **fields)


class HeadModel(PreTrainedModel):  # type: ignore[misc]
    """The encoder and the head."""

    config_class = HeadConfig
    base_model_prefix = "backbone"

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        inside = config.encoder_config()
        self.backbone = ENCODER(inside) if ENCODER is not None else _without_pooler(inside)
        self.head = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()

    def get_input_embeddings(self) -> Any:
        """The encoder's word vectors."""
        return self.backbone.get_input_embeddings()

    def logits(self, input_ids: Any, attention_mask: Any, more: dict[str, Any]) -> torch.Tensor:
        """Of each text (B, K), or with `pooling=none` of each token (B, L, K)."""
        mask_bl = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        known = {name: value for name, value in more.items() if name in ("token_type_ids", "position_ids")}
        hidden_blh = self.backbone(input_ids=input_ids, attention_mask=mask_bl, **known).last_hidden_state
        logits: torch.Tensor = self.head(pooled(hidden_blh, mask_bl, self.config.pooling))
        return logits.float()


class HeadForSequenceClassification(HeadModel):
    """Logits of a text."""

    def forward(self, input_ids: Any = None, attention_mask: Any = None, **more: Any) -> SequenceClassifierOutput:
        """`logits`: (B, K)."""
        return SequenceClassifierOutput(logits=self.logits(input_ids, attention_mask, more))


class HeadForTokenClassification(HeadModel):
    """Logits of each token."""

    def forward(self, input_ids: Any = None, attention_mask: Any = None, **more: Any) -> TokenClassifierOutput:
        """`logits`: (B, L, K)."""
        return TokenClassifierOutput(logits=self.logits(input_ids, attention_mask, more))


class HeadForQuestionAnswering(HeadModel):
    """Logits of each token: whether the answer begins or ends there."""

    def forward(self, input_ids: Any = None, attention_mask: Any = None, **more: Any) -> QuestionAnsweringModelOutput:
        """`start_logits` and `end_logits`: (B, L)."""
        start_bl, end_bl = self.logits(input_ids, attention_mask, more).unbind(dim=-1)
        return QuestionAnsweringModelOutput(start_logits=start_bl, end_logits=end_bl)


def pooled(hidden_blh: torch.Tensor, mask_bl: torch.Tensor, pooling: str) -> torch.Tensor:
    """What the head reads: (B, H), or with `none` (B, L, H)."""
    if pooling == "none":
        return hidden_blh
    if pooling == "cls":
        return hidden_blh[:, 0]
    if pooling == "last":
        last_b = mask_bl.sum(dim=1).clamp(min=1) - 1
        return hidden_blh[torch.arange(len(hidden_blh), device=hidden_blh.device), last_b]
    if pooling == "max":
        lowest = torch.finfo(hidden_blh.dtype).min
        return hidden_blh.masked_fill(mask_bl.unsqueeze(-1) == 0, lowest).max(dim=1).values
    weight_bl1 = mask_bl.unsqueeze(-1).float()
    mean_bh = (hidden_blh.float() * weight_bl1).sum(dim=1) / weight_bl1.sum(dim=1).clamp(min=1.0)
    return mean_bh.to(hidden_blh.dtype)


def _without_pooler(config: Any) -> Any:
    """The encoder without a pooling layer of its own, where it can be left out: there are no weights for one."""
    try:
        return AutoModel.from_config(config, add_pooling_layer=False)
    except TypeError:
        return AutoModel.from_config(config)


# A pipeline asks whether it knows the class.
for _auto, _model in (
    (AutoModelForSequenceClassification, HeadForSequenceClassification),
    (AutoModelForTokenClassification, HeadForTokenClassification),
    (AutoModelForQuestionAnswering, HeadForQuestionAnswering),
):
    _auto.register(HeadConfig, _model, exist_ok=True)
