"""Gradual unfreezing, top down, a layer at a time (Howard and Ruder 2018, arXiv:1801.06146)."""

from __future__ import annotations

import math
from typing import ClassVar, cast

from models.network import Network
from models.spec import GradualTuning, TuningSpec
from models.tuning.freeze import train_only
from models.tuning.full import Full
from models.tuning.layers import FOLLOWING, NEW, depth_groups

# Epochs are counted in steps: after 3 of 10 steps, 0.1 of an epoch each, three have passed, not 2.9999.
EPOCH_TOLERANCE = 1e-9


class Gradual(Full):
    """At first what is new and what follows the layers trains; then one layer more at a time, embeddings last.

    Where nothing is new and nothing follows, the topmost layer trains from the first step on. `apply` lets every
    weight train, so that an optimizer made after it knows them all; `advance` freezes.
    """

    name: ClassVar[str] = "gradual"

    def advance(self, network: Network, spec: TuningSpec, epoch: float) -> None:
        """Let `epoch / epochs_per_layer` groups train below those that always do, and freeze the rest."""
        groups = depth_groups(network)
        above = [group for group in groups if group.name in (FOLLOWING, NEW)] or groups[-1:]
        below = [group for group in reversed(groups) if group not in above]
        count = math.floor(epoch / cast(GradualTuning, spec).epochs_per_layer + EPOCH_TOLERANCE)
        train_only(network, {name for group in (*above, *below[:count]) for name in group.parameters})
