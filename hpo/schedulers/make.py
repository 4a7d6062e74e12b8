"""From a scheduler's settings to the scheduler."""

from __future__ import annotations

from hpo.schedulers.asha import Asha, AshaSpec, rungs
from hpo.schedulers.base import Scheduler, SchedulerSpec
from hpo.schedulers.fifo import Fifo, FifoSpec
from hpo.schedulers.hyperband import Hyperband, HyperbandSpec
from hpo.schedulers.length import Length
from hpo.schedulers.median import Median, MedianSpec
from models.errors import InputError, Problem
from models.spec.train import TrainParams

SPECS: dict[str, type[SchedulerSpec]] = {
    "asha": AshaSpec,
    "fifo": FifoSpec,
    "hyperband": HyperbandSpec,
    "median": MedianSpec,
}


def check_scheduler(spec: SchedulerSpec, train: TrainParams) -> list[Problem]:
    """What keeps a scheduler from doing what it is there for: one that could never stop a trial is a problem.

    Args:
        spec: One of the settings in `SPECS`.
        train: The longest training of the sweep (`longest_training`).
    """
    return spec.check(train)


def make_scheduler(spec: SchedulerSpec, maximize: bool, train: TrainParams) -> Scheduler:
    """A scheduler that has seen nothing.

    Args:
        spec: One of the settings in `SPECS`.
        maximize: Whether more of the metric is better.
        train: The longest training of the sweep (`longest_training`).

    Raises:
        TypeError: The settings are of no known scheduler.
        InputError: Hyperband's brackets are in a unit in which the length of the training is not known.
    """
    longest = Length.of(train)
    match spec:
        case FifoSpec():
            return Fifo(maximize, longest)
        case AshaSpec():
            levels = rungs(spec.first, spec.reduction_factor, longest.in_unit(spec.unit))
            return Asha(levels, spec.unit, spec.reduction_factor, maximize, longest)
        case HyperbandSpec():
            if longest.in_unit(spec.unit) is None:
                raise InputError(spec.check(train))
            return Hyperband(spec.first, spec.unit, spec.reduction_factor, maximize, longest)
        case MedianSpec():
            return Median(spec, maximize, longest)
    raise TypeError(f"no scheduler for {type(spec).__name__}")
