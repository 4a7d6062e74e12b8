"""How much each token of a text surprises a language model.

Shapes: B blocks in a batch, L tokens, V tokens in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch.nn import functional

from models.predict import Predictor
from models.tasks.infer import Tokens, batches_of, inference
from models.tasks.rows import Rows, inputs_of
from models.training.pieces import fewer_at_once

# Tokens of a batch: each costs a number for every token of the vocabulary, 200 KB where that has 50,000.
AT_ONCE = 1024


def token_losses(predictor: Predictor, blocks: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """The cross-entropy of every token but the first of each block, given those before it.

    Args:
        predictor: A language model.
        blocks: Token ids of each, two or more.

    Returns:
        (L - 1,) float32 for each block, in nats.

    Raises:
        TrainingOutOfMemoryError: One block does not fit into memory.
    """
    if not blocks:
        return []
    rows = Rows.from_columns({"input_ids": blocks}, predictor.tokenizers)

    def measured(tokens: int) -> list[np.ndarray]:
        found = [np.empty(0, dtype=np.float32)] * len(blocks)
        with inference(predictor.network):
            for index_b, batch in batches_of(rows, Tokens(tokens), predictor.device):
                logits_blv = predictor.network(**inputs_of(batch))
                wanted_bl = batch["input_ids"][:, 1:]
                loss_bl = functional.cross_entropy(
                    logits_blv[:, :-1].float().transpose(1, 2), wanted_bl, reduction="none"
                )
                for at, loss_l in zip(index_b, loss_bl.cpu().numpy(), strict=True):
                    found[at] = loss_l[: len(blocks[at]) - 1]
        return found

    return fewer_at_once(measured, AT_ONCE, "the loss of a text", predictor.device)[0]
