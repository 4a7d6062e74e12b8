"""Which weights of the model are trained, and how fast each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.spec.fields import REQUIRED, opt

TARGETS = "Names of the linear layers to adapt; null: found by architecture."


@dataclass(frozen=True)
class TuningSpec:
    """What every tuning strategy has in common: its name, which selects the strategy."""

    name: str = opt(REQUIRED, "Tuning strategy; set by the option of the `tuning` group.")


@dataclass(frozen=True)
class FullTuning(TuningSpec):
    """Every weight is trained."""

    name: str = opt("full", "Tuning strategy.", choices=("full",))


@dataclass(frozen=True)
class HeadTuning(TuningSpec):
    """The pretrained weights stay as they are; only what is new is trained."""

    name: str = opt("head", "Tuning strategy.", choices=("head",))


@dataclass(frozen=True)
class LastLayersTuning(TuningSpec):
    """The head and the topmost layers are trained; embeddings and lower layers stay frozen."""

    name: str = opt("last_n", "Tuning strategy.", choices=("last_n",))
    layers: int = opt(2, "How many of the topmost layers are trained.", low=1)


@dataclass(frozen=True)
class GradualTuning(TuningSpec):
    """Gradual unfreezing, top down, a layer at a time (Howard and Ruder 2018, arXiv:1801.06146)."""

    name: str = opt("gradual", "Tuning strategy.", choices=("gradual",))
    epochs_per_layer: float = opt(1.0, "Epochs between the unfreezing of one layer and the next.", above=0)


@dataclass(frozen=True)
class LayerwiseDecayTuning(TuningSpec):
    """Layer-wise learning-rate decay (Sun et al. 2019, arXiv:1905.05583): the lower a layer, the slower it learns."""

    name: str = opt("llrd", "Tuning strategy.", choices=("llrd",))
    decay: float = opt(0.9, "Learning rate of a layer as a share of that of the layer above it.", above=0, high=1)


@dataclass(frozen=True)
class BitFitTuning(TuningSpec):
    """Only the bias terms and the head are trained (Ben Zaken et al. 2022, arXiv:2106.10199)."""

    name: str = opt("bitfit", "Tuning strategy.", choices=("bitfit",))


@dataclass(frozen=True)
class LoraTuning(TuningSpec):
    """Low-rank updates of chosen linear layers (Hu et al. 2021, arXiv:2106.09685); the rest stays frozen."""

    name: str = opt("lora", "Tuning strategy.", choices=("lora",))
    rank: int = opt(8, "Rank of the update matrices.", low=1, high=1024)
    alpha: float = opt(16.0, "Scale: the update is multiplied by alpha / rank.", above=0)
    dropout: float = opt(0.0, "Dropout on the input of the update.", low=0, below=1)
    targets: list[str] | None = opt(None, TARGETS)


@dataclass(frozen=True)
class DoraTuning(LoraTuning):
    """LoRA with the weights' magnitude trained apart from their direction (Liu et al. 2024, arXiv:2402.09353)."""

    name: str = opt("dora", "Tuning strategy.", choices=("dora",))


@dataclass(frozen=True)
class QloraTuning(LoraTuning):
    """LoRA over frozen weights in 4 bits (Dettmers et al. 2023, arXiv:2305.14314). Needs CUDA and bitsandbytes."""

    name: str = opt("qlora", "Tuning strategy.", choices=("qlora",))


@dataclass(frozen=True)
class Ia3Tuning(TuningSpec):
    """Learned scales of keys, values and feed-forward activations (Liu et al. 2022, arXiv:2205.05638)."""

    name: str = opt("ia3", "Tuning strategy.", choices=("ia3",))
    targets: list[str] | None = opt(None, TARGETS)


@dataclass(frozen=True)
class PromptTuning(TuningSpec):
    """Trained vectors before the input (Lester et al. 2021, arXiv:2104.08691); the model stays frozen."""

    name: str = opt("prompt", "Tuning strategy.", choices=("prompt",))
    tokens: int = opt(16, "Trained vectors before the input.", low=1, high=512)


@dataclass(frozen=True)
class PrefixTuning(TuningSpec):
    """Trained keys and values in every layer (Li and Liang 2021, arXiv:2101.00190); the model stays frozen."""

    name: str = opt("prefix", "Tuning strategy.", choices=("prefix",))
    tokens: int = opt(16, "Trained keys and values in each layer.", low=1, high=512)


def tuning_from(fields: Mapping[str, Any]) -> TuningSpec:
    """A strategy's settings from their names and values, as `dataclasses.asdict` gives them."""
    specs = {spec.name: spec for spec in _every(TuningSpec) if spec is not TuningSpec}
    return specs[fields["name"]](**fields)


def _every(kind: type[TuningSpec]) -> list[type[TuningSpec]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _every(child))]
