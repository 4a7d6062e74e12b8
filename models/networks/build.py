"""Small networks from their specification."""

from __future__ import annotations

from typing import Any

from transformers import GPT2Config

from models.errors import InputError
from models.networks.config import CnnConfig, RnnConfig, TransformerConfig
from models.spec import CnnModel, GptModel, RnnModel, ScratchModel, TransformerModel

BEGIN, END = 1, 2  # Ids of [CLS] and [SEP] in every byte-level vocabulary.
FEED_FORWARD = 4  # Width inside a feed-forward network, in widths of the network (Vaswani et al. 2017, table 3).


def scratch_config(model: ScratchModel, vocab_size: int, pad_token_id: int) -> Any:
    """The transformers configuration of a network without pretrained weights.

    Args:
        model: Which network, and its sizes.
        vocab_size: Tokens of its vocabulary, learned or bytes.
        pad_token_id: The token that fills rows up.

    Raises:
        InputError: The sizes do not fit together.
    """
    tokens = {"vocab_size": vocab_size, "pad_token_id": pad_token_id, "bos_token_id": BEGIN, "eos_token_id": END}
    width = model.hidden_size
    if isinstance(model, CnnModel):
        sizes = list(model.kernel_sizes)
        if not sizes or min(sizes) < 1:
            rule = f"must be one or more widths of at least 1 token, got {sizes}"
            raise InputError.one("model.kernel_sizes", rule)
        return CnnConfig(
            **tokens,
            embedding_size=width,
            hidden_size=model.filters * len(sizes),
            kernel_sizes=sizes,
            filters=model.filters,
        )
    if isinstance(model, RnnModel):
        if width % 2:
            raise InputError.one("model.hidden_size", f"must be even, half for each direction, got {width}")
        return RnnConfig(
            **tokens, embedding_size=width, hidden_size=width, num_hidden_layers=model.layers, cell=model.source
        )
    if isinstance(model, (TransformerModel, GptModel)) and width % model.heads:
        rule = f"must be a multiple of model.heads, got {width} with {model.heads} heads"
        raise InputError.one("model.hidden_size", rule)
    if isinstance(model, TransformerModel):
        return TransformerConfig(
            **tokens,
            embedding_size=width,
            hidden_size=width,
            num_hidden_layers=model.layers,
            num_attention_heads=model.heads,
            intermediate_size=FEED_FORWARD * width,
        )
    if isinstance(model, GptModel):
        return GPT2Config(**tokens, n_positions=model.positions, n_embd=width, n_layer=model.layers, n_head=model.heads)
    raise InputError.one("model.source", f"must be one of cnn, lstm, gru, transformer, gpt, got {model.source!r}")
