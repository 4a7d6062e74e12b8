"""Turns the settings of a running training: what `TrainSpec.changes` says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch

from models.spec import TrainParams, TrainSpec
from models.spec.changes import settings_at


class Dials:
    """The settings that an optimizer and its schedule have now.

    The schedule of the learning rate goes on where it is: what changes is its peak.

    Args:
        spec: The training.
        paces: Of each group of the optimizer, in its order: what the learning rate is multiplied by, and whether
            weight decay acts on it.
    """

    def __init__(self, spec: TrainSpec, paces: Collection[tuple[float, bool]]) -> None:
        self._spec, self._paces = spec, tuple(paces)
        self._known: TrainParams | None = None

    def turn(self, step: int, optimizer: torch.optim.Optimizer, schedule: Any, args: Any) -> None:
        """See to it that the next step is made with the settings that are due.

        Args:
            step: Optimizer steps made.
            optimizer: AdamW.
            schedule: Of its learning rate, one of torch's `LambdaLR`.
            args: Trainer's arguments.
        """
        if not self._spec.changes:
            return
        due = settings_at(self._spec.train, self._spec.changes, step)
        if due == self._known:
            return
        self._known = due
        args.max_grad_norm = due.max_grad_norm
        for place, ((pace, decays), group) in enumerate(zip(self._paces, optimizer.param_groups, strict=True)):
            group["weight_decay"] = due.weight_decay if decays else 0.0
            group["betas"], group["eps"] = (due.adam_beta1, due.adam_beta2), due.adam_epsilon
            peak = due.learning_rate * pace
            schedule.base_lrs[place] = group["initial_lr"] = peak
            group["lr"] = peak * schedule.lr_lambdas[place](schedule.last_epoch)


def paces_of(
    network: torch.nn.Module, decayed: Collection[str], scales: Mapping[str, float]
) -> list[tuple[float, bool]]:
    """Of each group of `parameter_groups`, in its order: its share of the learning rate, and whether it decays."""
    trained = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    return sorted({(scales.get(name, 1.0), name in decayed) for name in trained}, reverse=True)
