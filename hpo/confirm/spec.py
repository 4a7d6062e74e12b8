"""The `confirm` section."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec import opt


@dataclass(frozen=True)
class ConfirmSpec:
    """The `confirm` section: the best configurations are trained again under fresh seeds before one is called best."""

    top_k: int = opt(
        2, "How many of the best configurations are trained again when the search is over; 0: none.", low=0, high=1000
    )
    seeds: int = opt(3, "Under how many fresh seeds each of them is trained again.", low=2, high=1000)
    level: float = opt(0.95, "Level of the confidence intervals, and of what counts as a difference.", above=0, below=1)
