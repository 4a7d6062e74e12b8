"""Full fine-tuning: every weight is trained."""

from __future__ import annotations

from typing import ClassVar

from models.errors import Problem
from models.network import Network
from models.spec import TuningSpec
from models.tuning.base import Tuning


class Full(Tuning):
    """Every weight of the network is trained."""

    name: ClassVar[str] = "full"

    def apply(self, network: Network, spec: TuningSpec) -> Network:
        """The network as it was built: all trains but what the architecture keeps fixed, as Marian's sinusoids."""
        return network

    def check(self, spec: TuningSpec, network: Network) -> list[Problem]:
        """Fits every network."""
        return []
