"""Tokenizer, configuration and weights of a ModelSpec."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoConfig, AutoTokenizer

from models.errors import InputError
from models.networks.build import scratch_config
from models.pretrained.dropout import set_dropout
from models.pretrained.encoder_decoder import load_pair, pair_config
from models.pretrained.hub import fetch, source_of
from models.pretrained.positions import max_positions
from models.pretrained.rebuild import KINDS, is_kind, without_pooler
from models.pretrained.tiny import tiny_config, tiny_tokenizer
from models.pretrained.tokenizers import Tokenizers
from models.pretrained.vocabulary import adopt_vocabulary
from models.spec import EncoderDecoderModel, ModelSpec, ScratchModel, TinyModel

NO_LIMIT = 32768  # Tokens; the most that `data.max_length` may be.
VECTORS_SEED = 0  # Of the vectors of tokens that a pretrained model does not know.


def load_tokenizer(model: ModelSpec) -> Any:
    """The model's own tokenizer (a transformers `PreTrainedTokenizerBase`).

    Raises:
        InputError: Its files cannot be found or read.
    """
    if isinstance(model, TinyModel):
        return tiny_tokenizer()
    return fetch(AutoTokenizer.from_pretrained, source_of(model), "tokenizer")


def load_config(model: ModelSpec, tokenizer: Any = None) -> Any:
    """The model's configuration (a transformers `PretrainedConfig`), with the asked dropout set.

    Args:
        model: Which model.
        tokenizer: What its vocabulary will be, for models that have none of their own; None: not known yet.

    Raises:
        InputError: It cannot be found or read.
    """
    size = model.vocabulary_size if tokenizer is None else len(tokenizer)
    if isinstance(model, EncoderDecoderModel):
        encoder, decoder = load_config(model.encoder), load_config(model.decoder)
        return pair_config(encoder, decoder, None)
    if isinstance(model, TinyModel):
        config = tiny_config(model)
        config.vocab_size = config.vocab_size if model.vocabulary == "bytes" else size
    elif isinstance(model, ScratchModel):
        config = scratch_config(model, size, 0 if tokenizer is None else tokenizer.pad_token_id)
    else:
        config = fetch(AutoConfig.from_pretrained, source_of(model), "config")
    if model.dropout is not None:
        set_dropout(config, model.dropout)
    return config


def longest_input(model: ModelSpec) -> int:
    """Most tokens that the model takes."""
    side = model.encoder if isinstance(model, EncoderDecoderModel) else model
    return max_positions(load_config(side)) or NO_LIMIT


def load_backbone(model: ModelSpec, kind: str, tokenizers: Tokenizers, config: Any = None) -> torch.nn.Module:
    """The model with its pretrained weights in fp32, in evaluation mode, without a pooling layer of its own.

    Safetensors files are memory-mapped (privately: training never writes to them), so that from the second time in a
    process on it costs little: the operating system holds the pages.

    Args:
        model: Which model.
        kind: `encoder`, `seq2seq` or `causal`: what the task needs of it.
        tokenizers: What it will read; where that is not its own vocabulary, its word vectors are fitted to it.
        config: Its configuration, changed for the purpose; None: its own.

    Raises:
        InputError: The weights cannot be found or read, are not the known ones, or are not of this kind.
    """
    if isinstance(model, EncoderDecoderModel):
        check_kind(model, load_config(model), kind)
        return load_pair(model, tokenizers, load_backbone, load_config(model.decoder, tokenizers.target)).eval()
    config = config or load_config(model, tokenizers.source)
    check_kind(model, config, kind)
    if isinstance(model, (TinyModel, ScratchModel)):
        return from_nothing(config, kind, model.init_seed).eval()
    backbone: torch.nn.Module = fetch(
        KINDS[kind].from_pretrained,
        source_of(model),
        "weights",
        config=config,
        dtype=torch.float32,
        **without_pooler(config, kind),
    )
    if model.vocabulary != "pretrained":
        adopt_vocabulary(backbone, load_tokenizer(model), tokenizers.source, VECTORS_SEED)
    return backbone.eval()


def check_kind(model: ModelSpec, config: Any, kind: str) -> None:
    """Refuse a model that cannot do what the task needs.

    Raises:
        InputError: The architecture is not of this kind.
    """
    if is_kind(config, kind):
        return
    needs = {"encoder": "vectors of tokens", "seq2seq": "an encoder and a decoder", "causal": "a causal decoder"}[kind]
    hint = {
        "seq2seq": "a T5, BART or Marian kind, or two encoders put together: model=encoder_decoder",
        "causal": "a GPT-2 or Llama kind, or one from nothing: model=gpt",
    }.get(kind, "")
    raise InputError.one("model", f"{model.name} ({config.model_type}) does not give {needs}, as the task needs", hint)


def from_nothing(config: Any, kind: str, init_seed: int) -> torch.nn.Module:
    """A network with random weights that depend on `init_seed` only; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(init_seed)
        network: torch.nn.Module = KINDS[kind].from_config(config, dtype=torch.float32, **without_pooler(config, kind))
        return network
