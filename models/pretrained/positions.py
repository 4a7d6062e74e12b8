"""How long an input an encoder takes."""

from __future__ import annotations

from typing import Any

# These count positions from the padding token's index on (fairseq's way), so that many are lost.
OFFSET_TYPES = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "data2vec-text", "esm")


def max_positions(config: Any) -> int | None:
    """Longest input in tokens; None when the architecture has no limit, or does not say."""
    found = getattr(config, "max_position_embeddings", None)
    relative_only = getattr(config, "position_biased_input", True) is False  # DeBERTa: 512 is not a limit there.
    if not isinstance(found, int) or found <= 0 or relative_only:
        return None
    if config.model_type in OFFSET_TYPES:
        return found - 1 - int(config.pad_token_id or 0)
    return found
