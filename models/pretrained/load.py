"""Tokenizer, configuration and weights of a ModelSpec."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from models.pretrained.dropout import set_dropout
from models.pretrained.hub import fetch, source_of
from models.pretrained.rebuild import without_pooler
from models.pretrained.tiny import tiny_config, tiny_encoder, tiny_tokenizer
from models.spec import ModelSpec, TinyModel


def load_tokenizer(model: ModelSpec) -> Any:
    """The model's tokenizer (a transformers `PreTrainedTokenizerBase`).

    Raises:
        InputError: Its files cannot be found or read.
    """
    if isinstance(model, TinyModel):
        return tiny_tokenizer()
    return fetch(AutoTokenizer.from_pretrained, source_of(model), "tokenizer")


def load_config(model: ModelSpec) -> Any:
    """The encoder's configuration (a transformers `PretrainedConfig`), with the asked dropout set.

    Raises:
        InputError: It cannot be found or read.
    """
    if isinstance(model, TinyModel):
        config = tiny_config(model)
    else:
        config = fetch(AutoConfig.from_pretrained, source_of(model), "config")
    if model.dropout is not None:
        set_dropout(config, model.dropout)
    return config


def load_encoder(model: ModelSpec) -> torch.nn.Module:
    """A fresh encoder with the pretrained weights in fp32, in evaluation mode, without a pooling layer of its own.

    Safetensors files are memory-mapped (privately: training never writes to them), so that from the second time in a
    process on it costs little: the operating system holds the pages.

    Raises:
        InputError: The weights cannot be found or read, or are not the known ones.
    """
    config = load_config(model)
    if isinstance(model, TinyModel):
        tiny: torch.nn.Module = tiny_encoder(config, model.init_seed)
        return tiny.eval()
    encoder: torch.nn.Module = fetch(
        AutoModel.from_pretrained,
        source_of(model),
        "weights",
        config=config,
        dtype=torch.float32,
        **without_pooler(config),
    )
    encoder.eval()
    return encoder
