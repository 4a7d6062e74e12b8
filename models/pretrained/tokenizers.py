"""The tokenizers of a model: one, or one for each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tokenizers:
    """What turns texts into token ids, and back.

    Attributes:
        source: A transformers tokenizer, for the input.
        target: For the generated text; the same one unless the two sides of the model come from two checkpoints.
    """

    source: Any
    target: Any
