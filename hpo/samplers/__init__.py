"""Who proposes configurations: one algorithm a file, all of them Optuna's, behind one seam."""

from hpo.samplers.base import Sampler, SamplerSpec, SearchExhaustedError
from hpo.samplers.cma_es import CmaEsSpec
from hpo.samplers.gp import GPSpec
from hpo.samplers.grid_search import GRID_INDEX_ATTR, GridSpec
from hpo.samplers.make import SPECS, make_sampler
from hpo.samplers.qmc import QMCSpec
from hpo.samplers.random_search import RandomSpec
from hpo.samplers.tpe import TPESpec
from hpo.samplers.view import BAD_CAUSES, OUTCOME_ATTR

__all__ = [
    "BAD_CAUSES",
    "GRID_INDEX_ATTR",
    "OUTCOME_ATTR",
    "SPECS",
    "CmaEsSpec",
    "GPSpec",
    "GridSpec",
    "QMCSpec",
    "RandomSpec",
    "Sampler",
    "SamplerSpec",
    "SearchExhaustedError",
    "TPESpec",
    "make_sampler",
]
