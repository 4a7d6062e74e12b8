"""An encoder from its configuration alone: no pretrained weights are read."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import AutoModel

from models.pretrained.quiet import quiet


def encoder_from_config(config: Any, *, meta: bool = False, trust_remote_code: bool = False) -> torch.nn.Module:
    """An encoder with unset weights, without a pooling layer of its own.

    Args:
        config: A transformers configuration.
        meta: On the meta device: no memory and no arithmetic, for looking at module names and shapes.
        trust_remote_code: Run Python code that the model's repository ships.
    """
    device = torch.device("meta") if meta else torch.get_default_device()
    with quiet(), torch.random.fork_rng(devices=[]), device:
        model: torch.nn.Module = AutoModel.from_config(
            config, trust_remote_code=trust_remote_code, dtype=torch.float32, **without_pooler(config)
        )
    return model


def without_pooler(config: Any) -> dict[str, bool]:
    """The argument that leaves out the encoder's own pooling layer, for architectures that know it.

    We pool ourselves; an unused layer would be saved and counted, though it never trains.
    """
    try:
        architecture = AutoModel._model_mapping[type(config)]
    except KeyError:  # Code of the repository itself (trust_remote_code).
        return {}
    known = inspect.signature(architecture.__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in known else {}
