"""From a scheduler's settings to the scheduler."""

from __future__ import annotations

from hpo.history.history import History
from hpo.schedulers.adaptive import Adaptive
from hpo.schedulers.adaptive_spec import AdaptiveSpec
from hpo.schedulers.asha import Asha, AshaSpec, rungs
from hpo.schedulers.base import Scheduler, SchedulerSpec
from hpo.schedulers.fifo import Fifo, FifoSpec
from hpo.schedulers.hyperband import Hyperband, HyperbandSpec
from hpo.schedulers.length import Length
from hpo.schedulers.median import Median, MedianSpec
from hpo.schedulers.pbt import Pbt
from hpo.schedulers.pbt_spec import PbtSpec
from hpo.space import Space
from models.errors import InputError, Problem
from models.spec.train import TrainParams

SPECS: dict[str, type[SchedulerSpec]] = {
    "adaptive": AdaptiveSpec,
    "asha": AshaSpec,
    "fifo": FifoSpec,
    "hyperband": HyperbandSpec,
    "median": MedianSpec,
    "pbt": PbtSpec,
}


def check_scheduler(spec: SchedulerSpec, train: TrainParams) -> list[Problem]:
    """What keeps a scheduler from doing what it is there for: one that could never stop a trial is a problem.

    Args:
        spec: One of the settings in `SPECS`.
        train: The longest training of the sweep (`longest_training`).
    """
    return spec.check(train)


def make_scheduler(
    spec: SchedulerSpec,
    maximize: bool,
    train: TrainParams,
    space: Space | None = None,
    history: History | None = None,
) -> Scheduler:
    """A scheduler that has seen nothing.

    Args:
        spec: One of the settings in `SPECS`.
        maximize: Whether more of the metric is better.
        train: The longest training of the sweep (`longest_training`).
        space: What varies; None: nothing.
        history: Earlier sweeps that are believed; None: none.

    Raises:
        TypeError: The settings are of no known scheduler.
        InputError: Rungs or brackets are in a unit in which the length of the training is not known.
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
        case AdaptiveSpec():
            if longest.in_unit(spec.unit) is None:
                raise InputError(spec.check(train))
            return Adaptive(spec, space or Space(()), maximize, longest, history)
        case MedianSpec():
            return Median(spec, maximize, longest)
        case PbtSpec():
            return Pbt(spec, space or Space(()), maximize, longest)
    raise TypeError(f"no scheduler for {type(spec).__name__}")
