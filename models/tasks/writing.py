"""How long a text a network can write."""

from __future__ import annotations

import math

from models.network import Network
from models.pretrained.positions import max_positions


def places_to_write(network: Network) -> float:
    """Positions that the decoder, or the model where there is but one, has for tokens; infinite where it has no limit.

    Args:
        network: What the tuning strategy puts before its tokens takes some of them.
    """
    known = max_positions(getattr(network.config, "decoder", network.config))
    return math.inf if known is None else known - network.places_taken
