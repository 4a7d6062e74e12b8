"""What a search hands out to be trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpo.lineage import Segment


@dataclass(frozen=True)
class Proposal:
    """A configuration to train, or to go on training.

    Attributes:
        number: The trial's number.
        params: Sampled values by dotted name.
        attempt: How many times it was in a slot before; from the second on, its checkpoint is gone on from.
        pieces: Into how many pieces each batch is divided from the start.
        warm_from: Folder of the weights that it begins with; None: those of its model.
        lineage: The stretches that its weights went through, where it took them over from another trial.
    """

    number: int
    params: Mapping[str, Any]
    attempt: int = 0
    pieces: int = 1
    warm_from: str | None = None
    lineage: tuple[Segment, ...] = ()
