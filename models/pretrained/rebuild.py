"""A model from its configuration alone: no pretrained weights are read."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    EncoderDecoderConfig,
    EncoderDecoderModel,
)

import models.networks  # noqa: F401  # registers our own architectures with transformers
from models.pretrained.quiet import quiet

# What a task needs of a model, and transformers' class that gives it.
KINDS: dict[str, Any] = {"encoder": AutoModel, "seq2seq": AutoModelForSeq2SeqLM, "causal": AutoModelForCausalLM}


def backbone_from_config(
    config: Any, kind: str = "encoder", *, meta: bool = False, trust_remote_code: bool = False
) -> torch.nn.Module:
    """A model with unset weights, without a pooling layer of its own.

    Args:
        config: A transformers configuration.
        kind: A name in `KINDS`.
        meta: On the meta device: no memory and no arithmetic, for looking at module names and shapes.
        trust_remote_code: Run Python code that the model's repository ships.

    Raises:
        ValueError: The architecture is not of this kind.
    """
    if isinstance(config, EncoderDecoderConfig):  # Its own constructor would give the encoder a pooling layer.
        kinds = ((config.encoder, "encoder"), (config.decoder, "causal"))
        sides = [backbone_from_config(*side, meta=meta, trust_remote_code=trust_remote_code) for side in kinds]
        pair: torch.nn.Module = EncoderDecoderModel(config, *sides)
        return pair
    device = torch.device("meta") if meta else torch.get_default_device()
    with quiet(), torch.random.fork_rng(devices=[]), device:
        model: torch.nn.Module = KINDS[kind].from_config(
            config, trust_remote_code=trust_remote_code, dtype=torch.float32, **without_pooler(config, kind)
        )
    return model


def is_kind(config: Any, kind: str) -> bool:
    """Whether transformers has a class of this kind for the architecture; True where only its own code knows."""
    return type(config) in KINDS[kind]._model_mapping or bool(getattr(config, "auto_map", None))


def without_pooler(config: Any, kind: str = "encoder") -> dict[str, bool]:
    """The argument that leaves out the encoder's own pooling layer, for architectures that know it.

    We pool ourselves; an unused layer would be saved and counted, though it never trains.
    """
    try:
        architecture = KINDS[kind]._model_mapping[type(config)]
    except KeyError:  # Code of the repository itself (trust_remote_code).
        return {}
    known = inspect.signature(architecture.__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in known else {}
