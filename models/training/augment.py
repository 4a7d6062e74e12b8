"""Augmentation: training batches that are a little different each time.

Shapes: B rows, L tokens, M tokens after deletion, H hidden size, T ordinary tokens of all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from models.errors import Problem
from models.spec import TrainParams

# One answer a text, which stays true when the text is a little different.
TASKS = ("text_classification", "multi_label_classification", "regression")
SETTINGS = ("token_deletion", "token_swap", "mixup_alpha")
# Columns of a batch in which rows are mixed, and what of a partner is needed.
SHARE, PARTNER, OF_PARTNER = "share", "partner_", ("input_ids", "attention_mask", "labels")

Batch = dict[str, torch.Tensor]


def check_augmentation(task_name: str, params: TrainParams) -> list[Problem]:
    """What is wrong with the augmentation for this task."""
    if task_name in TASKS:
        return []
    asked = [(name, getattr(params, name)) for name in SETTINGS]
    rule = f"must be 0 for {task_name}, got"
    hint = f"augmentation is for {', '.join(TASKS)}"
    return [Problem(f"train.{name}", f"{rule} {value:g}", hint) for name, value in asked if value]


def augment_batch(
    batch: Mapping[str, torch.Tensor],
    special_ids: np.ndarray,
    deletion: float,
    swap: float,
    rng: np.random.Generator,
    *,
    pad_id: int,
) -> Batch:
    """Random swap, then random deletion of tokens (Wei and Zou 2019, arXiv:1901.11196, which have it of words).

    Special tokens stay where they are between the others. Tokens change places only within a segment: special tokens
    and changes of `token_type_ids` part segments. Each row keeps one ordinary token, if it had any.

    Args:
        batch: On the CPU: `input_ids` and `attention_mask` (B, L), and `token_type_ids` (B, L) where the model has
            them. Is not changed; all other columns are handed on.
        special_ids: Ids of the tokens that are never touched. Without the unknown token: it stands for a word.
        deletion: Probability that a token is left out, 0 to 1.
        swap: Expected share of the tokens that change places, two by two, 0 to 1.
        rng: Source of chance; it alone decides.
        pad_id: Id in the places after a row's end.

    Returns:
        The batch, padded on the right to its now longest row: (B, M).
    """
    if not deletion and not swap:
        return dict(batch)
    ids_bl, real_bl = batch["input_ids"].numpy(), batch["attention_mask"].numpy() != 0
    types_bl = batch["token_type_ids"].numpy() if "token_type_ids" in batch else None
    ordinary_bl = real_bl & ~np.isin(ids_bl, special_ids)
    if swap:
        ids_bl = _swapped(ids_bl, ordinary_bl, types_bl, swap, rng)
    kept_bl = real_bl & ~_deleted(ordinary_bl, deletion, rng) if deletion else real_bl
    # A stable sort brings what is kept to the front, in order.
    order_bm = np.argsort(~kept_bl, axis=1, kind="stable")[:, : max(1, kept_bl.sum(axis=1).max(initial=0))]
    mask_bm = np.take_along_axis(kept_bl, order_bm, axis=1)
    found = dict(batch)
    columns = [("input_ids", ids_bl, pad_id), ("attention_mask", real_bl, 0), ("token_type_ids", types_bl, 0)]
    for name, values_bl, pad in columns:
        if values_bl is not None:
            values_bm = np.where(mask_bm, np.take_along_axis(values_bl, order_bm, axis=1), pad)
            found[name] = torch.from_numpy(values_bm).to(batch[name].dtype)
    return found


def _swapped(
    ids_bl: np.ndarray, ordinary_bl: np.ndarray, types_bl: np.ndarray | None, swap: float, rng: np.random.Generator
) -> np.ndarray:
    starts_bl = ~ordinary_bl
    starts_bl[:, 0] = True
    if types_bl is not None:
        starts_bl[:, 1:] |= types_bl[:, 1:] != types_bl[:, :-1]
    segment_t = np.cumsum(starts_bl.ravel())[ordinary_bl.ravel()]  # Rows begin segments, so none goes on into the next.
    size_s = np.bincount(segment_t)
    # Rounded at random, so that short texts too have the asked share on average.
    pairs_s = np.minimum((size_s * swap / 2 + rng.random(len(size_s))).astype(np.int64), size_s // 2)
    shuffled_t = np.lexsort((rng.random(len(segment_t)), segment_t))
    rank_t = np.arange(len(segment_t)) - (np.cumsum(size_s) - size_s)[segment_t]
    chosen_t = rank_t < 2 * pairs_s[segment_t]
    first_t, second_t = shuffled_t[chosen_t & (rank_t % 2 == 0)], shuffled_t[chosen_t & (rank_t % 2 == 1)]
    ids_t = ids_bl[ordinary_bl]
    ids_t[first_t], ids_t[second_t] = ids_t[second_t], ids_t[first_t]
    swapped_bl = ids_bl.copy()
    swapped_bl[ordinary_bl] = ids_t
    return swapped_bl


def _deleted(ordinary_bl: np.ndarray, deletion: float, rng: np.random.Generator) -> np.ndarray:
    chance_bl = np.where(ordinary_bl, rng.random(ordinary_bl.shape), -1.0)
    deleted_bl = ordinary_bl & (chance_bl < deletion)
    deleted_bl[np.arange(len(chance_bl)), chance_bl.argmax(axis=1)] = False  # The one that is nearest to staying.
    return deleted_bl


class Mixup:
    """Mixes the token embeddings of two rows, and their losses, by the same share (Guo et al. 2019, arXiv:1905.08941).

        batch = mixup.paired(batch, rng)
        with mixup.mixing(batch) as inputs:
            outputs = network(**inputs)
        loss = mixup.loss(batch, lambda one: criterion.loss_sum(outputs, one))

    Places where either row has a token are seen. Segments and positions remain those of the row itself. A row and its
    partner stand side by side in the batch, so that it may be cut by rows in between.

    Args:
        embedding: The model's input embedding, (B, L) -> (B, L, H), as `get_input_embeddings` gives it.
        alpha: The share is drawn from Beta(alpha, alpha), once a batch; above 0.
    """

    def __init__(self, embedding: nn.Module, alpha: float) -> None:
        if alpha <= 0:
            raise ValueError(f"alpha must be above 0, got {alpha!r}")
        self._embedding, self._alpha = embedding, alpha

    def paired(self, batch: Mapping[str, torch.Tensor], rng: np.random.Generator) -> Batch:
        """Draw the share and each row's partner.

        Args:
            batch: `input_ids` and `attention_mask` (B, L), `labels` (B,) or (B, K). Is not changed.
            rng: Source of chance; it alone decides.

        Returns:
            The batch, with `share` and the partners' columns.
        """
        share = torch.tensor(rng.beta(self._alpha, self._alpha), dtype=torch.float32)
        other_b = torch.from_numpy(rng.permutation(len(batch["input_ids"])))
        return {**batch, SHARE: share, **{PARTNER + name: batch[name][other_b] for name in OF_PARTNER}}

    @contextmanager
    def mixing(self, batch: Mapping[str, torch.Tensor]) -> Iterator[Batch]:
        """Within it, the embedding gives mixed vectors for the inputs of this batch.

        Args:
            batch: What `paired` gave, or some of its rows.

        Yields:
            The batch without the partners, with the union of both rows' masks; everything else as it was.
        """
        share, other_bl = batch[SHARE], batch[PARTNER + "input_ids"]

        def with_partners(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            return (torch.cat([inputs[0], other_bl]), *inputs[1:])

        def mix(module: nn.Module, inputs: Any, embedded_blh: torch.Tensor) -> torch.Tensor:
            own_blh, others_blh = embedded_blh.chunk(2)
            return share * own_blh + (1 - share) * others_blh

        plain = {name: tensor for name, tensor in batch.items() if name != SHARE and not name.startswith(PARTNER)}
        mask_bl = torch.maximum(batch["attention_mask"], batch[PARTNER + "attention_mask"])
        hooks = [
            self._embedding.register_forward_pre_hook(with_partners),
            self._embedding.register_forward_hook(mix),
        ]
        try:
            yield plain | {"attention_mask": mask_bl}
        finally:
            for hook in hooks:
                hook.remove()

    def loss(
        self, batch: Mapping[str, torch.Tensor], loss_of: Callable[[Mapping[str, torch.Tensor]], torch.Tensor]
    ) -> torch.Tensor:
        """The loss of a mixed batch: its share of the rows' own labels' and the rest of their partners'.

        The labels' total weight is that of the plain batch: the partners are the same rows in another order.

        Args:
            batch: As `mixing` was given it.
            loss_of: The loss of the network's outputs, given a batch for its labels.
        """
        share = batch[SHARE]
        return share * loss_of(batch) + (1 - share) * loss_of({**batch, "labels": batch[PARTNER + "labels"]})
