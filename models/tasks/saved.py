"""The folder of a trained model: what training saves and prediction loads.

`config.json` (the model's), `model.safetensors` (backbone.* and the heads', fp32, adapters merged), the tokenizers'
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
from models.pretrained import Tokenizers
from models.pretrained.quiet import quiet
from models.tasks.card import VERSION, Card
from models.writing import system_errors

WEIGHTS, CARD, TARGET_TOKENIZER = "model.safetensors", "task.json", "target_tokenizer"


@dataclass(frozen=True)
class Saved:
    """A trained model, read back."""

    card: Card
    config: Any
    tokenizers: Tokenizers
    state: dict[str, torch.Tensor]


def save(folder: Path, card: Card, config: Any, tokenizers: Tokenizers, state: dict[str, torch.Tensor]) -> None:
    """Write the folder; an older one of the same name is replaced only when the new one is whole.

    Raises:
        OSError: The disk is full or not writable.
    """
    new, old = _beside(folder, "new"), _beside(folder, "old")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        with quiet():
            config.save_pretrained(new)
            tokenizers.source.save_pretrained(new)
            if tokenizers.target is not tokenizers.source:
                tokenizers.target.save_pretrained(new / TARGET_TOKENIZER)
        (new / CARD).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        with system_errors(new):
            save_file(_apart(state), new / WEIGHTS, {"format": "pt"})
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
    if fields.get("version") != VERSION:
        raise InputError.one(str(folder / CARD), f"version must be {VERSION}, got {fields.get('version')!r}")
    target = folder / TARGET_TOKENIZER
    with quiet():
        config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
        other = AutoTokenizer.from_pretrained(target) if target.is_dir() else tokenizer
    return Saved(Card(**fields), config, Tokenizers(tokenizer, other), load_file(folder / WEIGHTS))


def _apart(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors that share no memory, as safetensors wants it: tied weights are written under each of their names."""
    seen: set[int] = set()
    found: dict[str, torch.Tensor] = {}
    for name, tensor in state.items():
        whole = tensor.contiguous()
        found[name] = whole.clone() if whole.data_ptr() in seen else whole
        seen.add(whole.data_ptr())
    return found


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}-{os.getpid()}")
