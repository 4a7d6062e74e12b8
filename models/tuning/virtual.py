"""Tokens that are not in the input but that attention sees: what soft prompts and prefixes share."""

from __future__ import annotations

from typing import Any

import torch

IGNORED_LABEL = -100  # What transformers' losses leave out.


def longer_mask(mask_bl: torch.Tensor | None, tokens: int) -> torch.Tensor | None:
    """The mask with ones for `tokens` places on the left; None stays None, which lets everything be seen.

    Raises:
        ValueError: The mask has more than two dimensions.
    """
    if mask_bl is None:
        return None
    if mask_bl.ndim != 2:
        raise ValueError(f"soft prompts and prefixes need an attention mask (batch, length), got {mask_bl.ndim} axes")
    return torch.nn.functional.pad(mask_bl, (tokens, 0), value=1)


def past_length(cache: Any) -> int:
    """Tokens whose keys and values the cache holds; 0 for no cache."""
    return 0 if cache is None else int(cache.get_seq_length())
