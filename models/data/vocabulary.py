"""The tokenizers of a model for some data: its own, or learned from the training rows, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerFast

from models.data.formats import Format
from models.data.store import once
from models.pretrained.load import load_tokenizer, longest_input
from models.pretrained.tiny import tiny_tokenizer
from models.pretrained.tokenizers import Tokenizers
from models.pretrained.vocabulary import learn_tokenizer
from models.spec import EncoderDecoderModel, ModelSpec

LEARN_VERSION = 1


def model_tokenizers(
    model: ModelSpec, sets: Sequence[tuple[Format, Dataset]], fingerprint: str, cache_dir: Path
) -> Tokenizers:
    """What turns some rows into tokens for this model: the same for all data sets of a training.

    Args:
        model: Its `vocabulary` says whether the tokenizer is its own, learned, or bytes.
        sets: The training rows of each data set, with their format, which knows the texts to learn from.
        fingerprint: Of the rows of all of them.
        cache_dir: `vocabularies/<key>` in it holds what was learned.

    Raises:
        InputError: The model's own tokenizer cannot be loaded.
    """

    def of(side: ModelSpec, name: str, texts: Callable[[], Sequence[str]]) -> Any:
        if side.vocabulary == "pretrained":
            return load_tokenizer(side)
        if side.vocabulary == "bytes":
            return tiny_tokenizer(longest_input(side))
        length = longest_input(side)
        key = [LEARN_VERSION, fingerprint, name, side.vocabulary_size, length]
        folder = cache_dir / "vocabularies" / hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
        once(folder, lambda new: _learn(new, texts(), side.vocabulary_size, length))
        return PreTrainedTokenizerFast.from_pretrained(folder)

    def sources() -> list[str]:
        return [text for kind, rows in sets for text in kind.texts(rows[:])]

    def targets() -> list[str]:
        return [text for kind, rows in sets for text in kind.target_texts(rows[:])]

    if isinstance(model, EncoderDecoderModel):
        return Tokenizers(of(model.encoder, "source", sources), of(model.decoder, "target", targets))
    both = of(model, "both", lambda: [*sources(), *targets()])
    return Tokenizers(both, both)


def _learn(folder: Path, texts: Sequence[str], size: int, length: int) -> dict[str, Any]:
    tokenizer = learn_tokenizer(texts, size, length)
    tokenizer.save_pretrained(folder)
    return {"tokens": len(tokenizer)}
