"""Tuning strategies: which weights of a model are trained. One file a strategy, one seam (`Tuning`)."""

from models.spec import TuningSpec
from models.tuning.base import ParameterCounts, Tuning, count_parameters
from models.tuning.full import Full
from models.tuning.lora import Lora

TUNINGS: dict[str, Tuning] = {tuning.name: tuning for tuning in (Full(), Lora())}


def tuning_for(spec: TuningSpec) -> Tuning:
    """The strategy that the specification names."""
    return TUNINGS[spec.name]


__all__ = ["TUNINGS", "Full", "Lora", "ParameterCounts", "Tuning", "count_parameters", "tuning_for"]
