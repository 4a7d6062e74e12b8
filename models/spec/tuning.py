"""Which weights of the model are trained."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec.fields import REQUIRED, opt


@dataclass(frozen=True)
class TuningSpec:
    """What every tuning strategy has in common: its name, which selects the strategy."""

    name: str = opt(REQUIRED, "Tuning strategy; set by the option of the `tuning` group.")


@dataclass(frozen=True)
class FullTuning(TuningSpec):
    """Every weight is trained."""

    name: str = opt("full", "Tuning strategy.", choices=("full",))


@dataclass(frozen=True)
class LoraTuning(TuningSpec):
    """Low-rank updates of chosen linear layers (Hu et al. 2021, arXiv:2106.09685); the rest stays frozen."""

    name: str = opt("lora", "Tuning strategy.", choices=("lora",))
    rank: int = opt(8, "Rank of the update matrices.", low=1, high=1024)
    alpha: float = opt(16.0, "Scale: the update is multiplied by alpha / rank.", above=0)
    dropout: float = opt(0.0, "Dropout on the input of the update.", low=0, below=1)
    targets: list[str] | None = opt(
        None, "Names of the linear layers to adapt; null: the attention's query and value, found by architecture."
    )
