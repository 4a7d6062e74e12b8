"""Layer-wise learning-rate decay (Sun et al. 2019, arXiv:1905.05583)."""

from __future__ import annotations

from typing import ClassVar, cast

from models.network import Network
from models.spec import LayerwiseDecayTuning, TuningSpec
from models.tuning.full import Full
from models.tuning.layers import FOLLOWING, NEW, depth_groups


class LayerwiseDecay(Full):
    """Every weight trains; each layer slower than the one above it."""

    name: ClassVar[str] = "llrd"

    def learning_rate_scales(self, network: Network, spec: TuningSpec) -> dict[str, float]:
        """1 for what is new or follows the layers, decay for the topmost layer, decay squared for the next, and so on.

        The embeddings come last. An encoder's layers stand below the decoder's.
        """
        decay = cast(LayerwiseDecayTuning, spec).decay
        lower = [group for group in reversed(depth_groups(network)) if group.name not in (FOLLOWING, NEW)]
        return {name: decay**depth for depth, group in enumerate(lower, start=1) for name in group.parameters}
