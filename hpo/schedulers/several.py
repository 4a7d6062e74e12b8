"""Asynchronous successive halving for several aims."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hpo.aims import Aims, best_first
from hpo.history.history import History
from hpo.schedulers.asha import AshaSpec, rungs
from hpo.schedulers.base import Decision, Result, Scheduler, SchedulerSpec, fidelity
from hpo.schedulers.length import Length
from hpo.schedulers.make import make_scheduler
from hpo.space import Space
from models.spec.train import TrainParams


def scheduler_for(
    spec: SchedulerSpec,
    aims: Aims,
    train: TrainParams,
    space: Space | None = None,
    history: History | None = None,
) -> Scheduler:
    """A scheduler that has seen nothing, for these aims; `hpo.aims.check` says which schedulers take several.

    Args:
        spec: Its settings.
        aims: Of the sweep.
        train: The longest training of the sweep (`longest_training`).
        space: What varies; None: nothing.
        history: Earlier sweeps that are believed; None: none.
    """
    if aims.several and isinstance(spec, AshaSpec):
        longest = Length.of(train)
        levels = rungs(spec.first, spec.reduction_factor, longest.in_unit(spec.unit))
        return SeveralAsha(levels, spec.unit, spec.reduction_factor, aims.primary.maximize, longest)
    return make_scheduler(spec, aims.primary.maximize, train, space, history)


class SeveralAsha(Scheduler):
    """ASHA whose order at a rung is that of Pareto fronts (Schmucker et al. 2021, arXiv:2106.12639).

    Judged by the first aim alone, a cheap and a little less accurate trial would never be seen to its end. Here a
    trial goes on if it is in the best 1/`factor` of those at the rung: one front after the other, within a front the
    most different ones first. The first `factor - 1` trials at a rung go on.
    """

    def __init__(self, levels: Sequence[int], unit: str, factor: int, maximize: bool, longest: Length) -> None:
        """A scheduler that has seen nothing.

        Args:
            levels: The rungs, rising, in `unit`.
            unit: `epochs` or `steps`.
            factor: One in so many trials goes on from each rung.
            maximize: Whether more of the first aim is better.
            longest: The longest that a trial trains.
        """
        super().__init__(maximize, longest)
        self.unit = unit
        self.factor = factor
        self._recorded: dict[int, dict[int, tuple[float, ...]]] = {level: {} for level in levels}

    def on_result(self, result: Result) -> Decision:
        """Record the trial at each rung it has newly reached; stop it if it is not among the best at one of them."""
        reached = fidelity(result, self.unit)
        fresh = [level for level, seen in self._recorded.items() if level <= reached and result.number not in seen]
        for level in fresh:
            self._recorded[level][result.number] = result.losses
        if math.isnan(result.value):
            return self.stop_not_finite(result)
        if self.at_end(result):
            return Decision.CONTINUE
        for level in reversed(fresh):
            seen = list(self._recorded[level].values())
            best = len(seen) // self.factor
            if best and result.losses not in [seen[place] for place in best_first(seen, best)]:
                return self.stop(result.number, self._why(level, result.losses, best))
        return Decision.CONTINUE

    def _why(self, level: int, losses: tuple[float, ...], best: int) -> str:
        seen = list(self._recorded[level].values())
        place = 1 + [seen[place] for place in best_first(seen)].index(losses)
        goes_on = "the first goes on" if best == 1 else f"the first {best} go on"
        return f"rung {level} {self.unit}: place {place} of {len(seen)} by Pareto fronts, {goes_on}"
