"""Groups of parameters for the optimizer: with and without weight decay, each at its own pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import torch


def parameter_groups(
    network: torch.nn.Module,
    decayed: Collection[str],
    scales: Mapping[str, float],
    weight_decay: float,
    learning_rate: float,
) -> list[dict[str, Any]]:
    """Every parameter that trains, in groups; the fastest group comes first, and its rate is the one reported.

    Args:
        network: Whose parameters.
        decayed: Names of those that weight decay acts on.
        scales: What the learning rate is multiplied by, by name; 1 for parameters not named.
        weight_decay: AdamW's.
        learning_rate: Peak learning rate.
    """
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups[scales.get(name, 1.0), name in decayed].append(parameter)
    return [
        {"params": parameters, "weight_decay": weight_decay if decays else 0.0, "lr": learning_rate * scale}
        for (scale, decays), parameters in sorted(groups.items(), key=lambda item: item[0], reverse=True)
    ]
