"""Tuning strategies: which weights of a model are trained. One seam (`Tuning`), one registry (`TUNINGS`)."""

from models.spec import TuningSpec
from models.tuning.base import ParameterCounts, Tuning, count_parameters
from models.tuning.decay import LayerwiseDecay
from models.tuning.freeze import BitFit, Head, LastLayers
from models.tuning.full import Full
from models.tuning.gradual import Gradual
from models.tuning.ia3 import Ia3
from models.tuning.layers import Group, depth_groups
from models.tuning.lora import Dora, Lora
from models.tuning.prefix import PrefixKeys
from models.tuning.prompt import Prompt
from models.tuning.qlora import Qlora

TUNINGS: dict[str, Tuning] = {
    tuning.name: tuning
    for tuning in (
        Full(),
        Head(),
        LastLayers(),
        Gradual(),
        LayerwiseDecay(),
        BitFit(),
        Lora(),
        Dora(),
        Qlora(),
        Ia3(),
        Prompt(),
        PrefixKeys(),
    )
}


def tuning_for(spec: TuningSpec) -> Tuning:
    """The strategy that the specification names."""
    return TUNINGS[spec.name]


__all__ = ["TUNINGS", "Group", "ParameterCounts", "Tuning", "count_parameters", "depth_groups", "tuning_for"]
