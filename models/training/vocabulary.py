"""Train only the word vectors that the data uses.

A text corpus of a fine-tuning uses a small part of the vocabulary: 600 rows of SST-2 use 3,000 of BERT's 30,522 tokens.
The rest get a gradient of zero, and yet plain training fills, clips and steps through all of them: half of MiniLM's
weights, 70 % of XLM-R's. Here the used rows are a parameter of their own; the others wait outside, and are put back
when the weights are saved. The result is the plain one up to rounding, the decay of the unused rows included.

Shapes: V tokens in the vocabulary, U used ones, H hidden size, B rows, L tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from models.tasks import Rows

WORTH_IT = 0.7  # With a larger share of the vocabulary in use, indirection gains nothing.


class UsedEmbedding(nn.Module):
    """An embedding whose parameter holds the used rows only; `state_dict` gives it whole.

    Args:
        full: The embedding to replace.
        used_u: Sorted token ids in use.
    """

    def __init__(self, full: nn.Embedding, used_u: torch.Tensor) -> None:
        super().__init__()
        self._used_u = used_u
        self._full_vh = full.weight.detach()  # Not a buffer: it stays on the CPU, memory-mapped.
        # One more row, of ones: its gradient is zero, so weight decay alone acts on it, as it would on the unused rows.
        decay_1h = torch.ones(1, full.embedding_dim)
        self.weight = nn.Parameter(torch.cat([self._full_vh[used_u], decay_1h]))
        place_v = torch.full((full.num_embeddings,), len(used_u), dtype=torch.int32)
        place_v[used_u] = torch.arange(len(used_u), dtype=torch.int32)
        self.register_buffer("place_v", place_v, persistent=False)
        self.padding_idx = None if full.padding_idx is None else int(place_v[full.padding_idx])

    def forward(self, ids_bl: torch.Tensor) -> torch.Tensor:
        """Vectors of the tokens: (B, L) -> (B, L, H)."""
        place_v: torch.Tensor = self.place_v  # type: ignore[assignment]  # nn.Module types buffers too widely
        return functional.embedding(place_v[ids_bl], self.weight, self.padding_idx)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        trained = self.weight.detach().cpu()
        full_vh = self._full_vh * trained[-1, 0]
        full_vh[self._used_u] = trained[:-1]
        destination[f"{prefix}weight"] = full_vh


def keep_used_words(model: Any, sets: Iterable[Rows]) -> None:
    """Replace the model's word vectors by those that the rows use, in place; where that gains nothing, do nothing.

    Args:
        model: Has a `backbone` with transformers' `get_input_embeddings`.
        sets: All rows that the model will see before its weights are saved.
    """
    if model.backbone.get_output_embeddings() is not None:
        return  # It generates: words that no row has are candidates too.
    full = model.backbone.get_input_embeddings()
    if type(full) is not nn.Embedding or not full.weight.requires_grad or full.max_norm or full.sparse:
        return
    used_u = torch.from_numpy(np.unique(np.concatenate([rows.used_ids() for rows in sets])))
    if len(used_u) < WORTH_IT * full.num_embeddings:
        model.backbone.set_input_embeddings(UsedEmbedding(full, used_u))
