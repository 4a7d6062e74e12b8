"""From a sampler's settings to the sampler."""

from __future__ import annotations

from hpo.samplers.base import Sampler, SamplerSpec
from hpo.samplers.cma_es import CmaEs, CmaEsSpec
from hpo.samplers.gp import GP, GPSpec
from hpo.samplers.grid_search import GridSearch, GridSpec
from hpo.samplers.qmc import QMC, QMCSpec
from hpo.samplers.random_search import RandomSearch, RandomSpec
from hpo.samplers.tpe import TPE, TPESpec
from hpo.space import Space

SPECS: dict[str, type[SamplerSpec]] = {
    "tpe": TPESpec,
    "gp": GPSpec,
    "random": RandomSpec,
    "grid": GridSpec,
    "qmc": QMCSpec,
    "cmaes": CmaEsSpec,
}


def make_sampler(spec: SamplerSpec, space: Space, seed: int) -> Sampler:
    """The sampler of these settings. Ask its `check` before a sweep.

    Args:
        spec: One of the settings in `SPECS`.
        space: What varies.
        seed: Seed of the whole search, at least 0.

    Raises:
        TypeError: The settings are of no known sampler.
    """
    match spec:
        case TPESpec():
            return TPE(spec, space, seed)
        case GPSpec():
            return GP(spec, space, seed)
        case GridSpec():
            return GridSearch(spec, space, seed)
        case CmaEsSpec():
            return CmaEs(spec, space, seed)
        case RandomSpec():
            return RandomSearch(space, seed)
        case QMCSpec():
            return QMC(space, seed)
    raise TypeError(f"no sampler for {type(spec).__name__}")
