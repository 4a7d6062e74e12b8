"""Two encoder checkpoints as one sequence-to-sequence model (Rothe et al. 2020, arXiv:1907.12461)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import EncoderDecoderConfig
from transformers import EncoderDecoderModel as Pair

from models.errors import InputError
from models.pretrained.tokenizers import Tokenizers
from models.spec import EncoderDecoderModel

INIT_SEED = 0  # Of the cross-attention, which neither checkpoint has.


def pair_config(encoder: Any, decoder: Any, tokenizers: Tokenizers | None) -> EncoderDecoderConfig:
    """The configuration of the pair: the second becomes a decoder with cross-attention.

    Args:
        encoder: A transformers configuration.
        decoder: Another; it is changed.
        tokenizers: They give the marks of beginning, end and padding; None: not known yet.
    """
    decoder.is_decoder, decoder.add_cross_attention = True, True
    config = EncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    if tokenizers is not None:
        target = tokenizers.target
        start = target.bos_token_id if target.bos_token_id is not None else target.cls_token_id
        end = target.eos_token_id if target.eos_token_id is not None else target.sep_token_id
        if start is None or end is None:
            rule = f"its tokenizer ({type(target).__name__}) has no marks of a text's beginning and end"
            raise InputError.one("model.decoder", rule, "model.decoder.vocabulary=learned has them")
        config.decoder_start_token_id, config.eos_token_id = start, end
        config.pad_token_id = target.pad_token_id if target.pad_token_id is not None else end
        config.vocab_size = len(target)
    return config


def load_pair(
    model: EncoderDecoderModel, tokenizers: Tokenizers, load: Callable[..., torch.nn.Module], decoder_config: Any
) -> torch.nn.Module:
    """The pair with both sides' pretrained weights; its cross-attention begins at random, the same each time.

    Args:
        model: The two sides.
        tokenizers: One for each side.
        load: Loads one side: (model, kind, tokenizers, config or None).
        decoder_config: The decoder side's configuration.
    """
    encoder = load(model.encoder, "encoder", Tokenizers(tokenizers.source, tokenizers.source))
    decoder_config.is_decoder, decoder_config.add_cross_attention = True, True
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(INIT_SEED)
        decoder = load(model.decoder, "causal", Tokenizers(tokenizers.target, tokenizers.target), config=decoder_config)
    config = pair_config(encoder.config, decoder.config, tokenizers)
    pair: torch.nn.Module = Pair(config=config, encoder=encoder, decoder=decoder)
    return pair
