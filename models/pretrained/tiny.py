"""The tiny model: a small BERT with random weights and a byte-level tokenizer. It needs no files."""

from __future__ import annotations

from tokenizers import models
from transformers import BertConfig, PreTrainedTokenizerFast

from models.pretrained.byte_level import SPECIAL, alphabet, byte_level
from models.spec import TinyModel

MAX_POSITIONS = 512


def tiny_tokenizer(max_length: int = MAX_POSITIONS) -> PreTrainedTokenizerFast:
    """A tokenizer with one token a byte: it knows every text of every language. 261 tokens, [PAD] is 0.

    Args:
        max_length: Longest input of the network, in tokens.
    """
    vocabulary = {token: index for index, token in enumerate((*SPECIAL, *alphabet()))}
    return byte_level(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"), max_length)


def tiny_config(model: TinyModel) -> BertConfig:
    """The configuration of the tiny encoder."""
    return BertConfig(
        vocab_size=len(SPECIAL) + 256,
        hidden_size=model.hidden_size,
        num_hidden_layers=model.layers,
        num_attention_heads=model.heads,
        intermediate_size=4 * model.hidden_size,
        max_position_embeddings=MAX_POSITIONS,
        pad_token_id=0,
    )
