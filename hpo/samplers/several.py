"""Samplers for several aims, or for limits to keep."""

from __future__ import annotations

from hpo.aims import Aims
from hpo.samplers.base import Sampler
from hpo.samplers.gp import GP
from hpo.samplers.gp_several import SeveralGP
from hpo.samplers.tpe import TPE
from hpo.samplers.tpe_several import SeveralTPE


def for_aims(sampler: Sampler, aims: Aims) -> Sampler:
    """The same sampler for these aims; itself where one metric is all, and where it looks at no result.

    Args:
        sampler: For one metric.
        aims: Of the sweep.
    """
    if aims.plain:
        return sampler
    match sampler:
        case TPE():
            return SeveralTPE(sampler, sampler.spec, aims)
        case GP():
            return SeveralGP(sampler, sampler.spec, aims)
    return sampler
