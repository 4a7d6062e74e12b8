"""Who decides which trial goes on: one algorithm a file, replayable, without Ray."""

from hpo.schedulers.adaptive_spec import AdaptiveSpec
from hpo.schedulers.asha import AshaSpec
from hpo.schedulers.base import Choice, Decision, Result, Scheduler, SchedulerSpec, Situation
from hpo.schedulers.fifo import FifoSpec
from hpo.schedulers.hyperband import HyperbandSpec
from hpo.schedulers.length import Length, longest_training
from hpo.schedulers.make import SPECS, check_scheduler, make_scheduler
from hpo.schedulers.median import MedianSpec
from hpo.schedulers.pbt_spec import PbtSpec

__all__ = [
    "SPECS",
    "AdaptiveSpec",
    "AshaSpec",
    "Choice",
    "Decision",
    "FifoSpec",
    "HyperbandSpec",
    "Length",
    "MedianSpec",
    "PbtSpec",
    "Result",
    "Scheduler",
    "SchedulerSpec",
    "Situation",
    "check_scheduler",
    "longest_training",
    "make_scheduler",
]
