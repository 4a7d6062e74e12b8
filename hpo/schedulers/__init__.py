"""Who decides which trial goes on: one algorithm a file, replayable, without Ray."""

from hpo.schedulers.asha import AshaSpec
from hpo.schedulers.base import Decision, Result, Scheduler, SchedulerSpec
from hpo.schedulers.fifo import FifoSpec
from hpo.schedulers.hyperband import HyperbandSpec
from hpo.schedulers.length import Length, longest_training
from hpo.schedulers.make import SPECS, check_scheduler, make_scheduler
from hpo.schedulers.median import MedianSpec

__all__ = [
    "SPECS",
    "AshaSpec",
    "Decision",
    "FifoSpec",
    "HyperbandSpec",
    "Length",
    "MedianSpec",
    "Result",
    "Scheduler",
    "SchedulerSpec",
    "check_scheduler",
    "longest_training",
    "make_scheduler",
]
