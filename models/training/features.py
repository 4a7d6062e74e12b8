"""What a frozen backbone makes of the rows, computed once instead of in every epoch and every training.

With `tuning=head` only the head learns, so that an epoch costs next to nothing. The backbone computes without dropout.

Shapes: N rows, H hidden size.
"""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from models.data import PreparedData
from models.network import Network
from models.spec import TrainParams, TrainSpec
from models.tasks import EvalSet, Rows
from models.tasks.heads import FEATURES, HeadNetwork, PooledHead
from models.tasks.infer import each_row
from models.training.pieces import fewer_at_once

MOST_BYTES = 2**30  # Of the features of one split; beyond that they are computed in each epoch.

# A process that trains many times on the same data (a trial's process) computes them once.
_MEMO: weakref.WeakKeyDictionary[Any, dict[tuple[str, str], np.ndarray]] = weakref.WeakKeyDictionary()


def with_features(
    network: Network,
    spec: TrainSpec,
    data: PreparedData,
    rows: Rows,
    validation: EvalSet,
    device: torch.device,
    *,
    known_weights: bool,
) -> tuple[Rows, EvalSet]:
    """The rows with their text vectors, where nothing below the head changes; else the rows as they are.

    Args:
        network: As the tuning strategy left it; is moved to the device.
        spec: The training.
        data: What the rows belong to.
        rows: Training rows.
        validation: Validation rows.
        device: Where to compute.
        known_weights: The backbone's weights are those that `spec.model` names, so that trainings share the vectors.
    """
    if not _only_head_learns(network) or _augments(spec.train):
        return rows, validation
    assert isinstance(network, HeadNetwork)
    if max(len(rows), len(validation.rows)) * network.head.in_features * 4 > MOST_BYTES:
        return rows, validation
    network.to(device)
    known = _MEMO.setdefault(data, {}) if known_weights else {}
    found = []
    for split, given in (("train", rows), ("validation", validation.rows)):
        key = (repr(replace(spec.model, dropout=None)), split)
        if key not in known:
            known[key] = _features(network, given, spec.train.eval_batch_size, device)
        found.append(replace(given, fixed={**given.fixed, FEATURES: known[key]}))
    return found[0], replace(validation, rows=found[1])


def _features(network: HeadNetwork, rows: Rows, at_once: int, device: torch.device) -> np.ndarray:
    def computed(batch_size: int) -> np.ndarray:
        return each_row(network, rows, batch_size, device, network.features)

    return fewer_at_once(computed, at_once, "the frozen network's pass", device)[0]


def _augments(params: TrainParams) -> bool:
    """Then the tokens of a row are others in each epoch."""
    return any((params.token_deletion, params.token_swap, params.mixup_alpha))


def _only_head_learns(network: Network) -> bool:
    pooled = isinstance(network, HeadNetwork) and isinstance(network.head, PooledHead)
    return pooled and not any(parameter.requires_grad for parameter in network.backbone.parameters())
