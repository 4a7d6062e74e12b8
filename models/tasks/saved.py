"""The folder of a trained model: what training saves and prediction loads.

`config.json` (the encoder's), `model.safetensors` (encoder.* and head.*, fp32, adapters merged), the tokenizer's
files, and `task.json` (the card: labels, pooling, pair, longest input, how it was tuned).
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoTokenizer

from models.errors import InputError
from models.pretrained.quiet import quiet

WEIGHTS, CARD = "model.safetensors", "task.json"
CARD_VERSION = 1


@dataclass(frozen=True)
class Card:
    """What the weights are for.

    Attributes:
        task: Name of the task.
        labels: Names of the classes, in the order of the logits.
        pooling: How token vectors become a text vector.
        pair: Whether an input is two texts.
        max_length: Longest input in tokens.
        tuning: Name of the tuning strategy; for the record, the weights are whole either way.
        model: Name of the model that training started from; for the record.
    """

    task: str
    labels: tuple[str, ...]
    pooling: str
    pair: bool
    max_length: int
    tuning: str
    model: str
    version: int = CARD_VERSION


@dataclass(frozen=True)
class Saved:
    """A trained model, read back."""

    card: Card
    config: Any
    tokenizer: Any
    state: dict[str, torch.Tensor]


def save(folder: Path, card: Card, config: Any, tokenizer: Any, state: dict[str, torch.Tensor]) -> None:
    """Write the folder; an older one of the same name is replaced only when the new one is whole.

    Raises:
        OSError: The disk is full or not writable.
    """
    new, old = _beside(folder, "new"), _beside(folder, "old")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        with quiet():
            config.save_pretrained(new)
            tokenizer.save_pretrained(new)
        (new / CARD).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, new / WEIGHTS, {"format": "pt"})
        (new / WEIGHTS).chmod(0o644)  # safetensors gives it to the owner alone; shared folders are read by others.
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def load(folder: Path, *, trust_remote_code: bool = False) -> Saved:
    """Read a folder that `save` wrote.

    Raises:
        InputError: It is no such folder, or of a version that this code does not know.
    """
    if not (folder / CARD).is_file() or not (folder / WEIGHTS).is_file():
        raise InputError.one(str(folder), f"must be a trained model's folder, with {CARD} and {WEIGHTS}")
    fields = json.loads((folder / CARD).read_text(encoding="utf-8"))
    if fields.get("version") != CARD_VERSION:
        raise InputError.one(str(folder / CARD), f"version must be {CARD_VERSION}, got {fields.get('version')!r}")
    card = Card(**{**fields, "labels": tuple(fields["labels"])})
    with quiet():
        config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
    return Saved(card, config, tokenizer, load_file(folder / WEIGHTS))


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}-{os.getpid()}")
