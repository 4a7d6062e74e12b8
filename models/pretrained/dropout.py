"""The encoder's dropout: what it is, and setting all of it at once."""

from __future__ import annotations

from typing import Any

# The names under which transformers' configurations keep dropout inside the encoder.
ENCODER_DROPOUT = (
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "hidden_dropout",
    "attention_dropout",
    "activation_dropout",
    "embedding_dropout",
    "mlp_dropout",
    "dropout",
    "dropout_rate",
    "resid_pdrop",
    "embd_pdrop",
    "attn_pdrop",
)
HEAD_DROPOUT = ("classifier_dropout", "seq_classif_dropout", "cls_dropout", "hidden_dropout_prob", "dropout")


def set_dropout(config: Any, dropout: float) -> None:
    """Set every dropout probability of a transformers configuration, in place."""
    for name in ENCODER_DROPOUT:
        if isinstance(getattr(config, name, None), (int, float)):
            setattr(config, name, dropout)


def head_dropout(config: Any, dropout: float | None) -> float:
    """Dropout before the head: as asked, else as the pretrained configuration has it, else 0.1 (Devlin et al. 2018)."""
    if dropout is not None:
        return dropout
    found = (getattr(config, name, None) for name in HEAD_DROPOUT)
    return next((float(value) for value in found if isinstance(value, (int, float))), 0.1)
