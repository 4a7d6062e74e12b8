"""Runs a search on a table under a virtual clock: slots, evaluations that take what they took, nothing else."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np

from bench.replay.memory import memory_ledger
from bench.replay.table_space import TableSpace
from bench.replay.tables import STEPS_AN_EPOCH, Table
from hpo.budget import Budget
from hpo.failures import Patience
from hpo.ledger import BY_SCHEDULER, Outcome
from hpo.samplers import Sampler
from hpo.schedulers import Decision, Scheduler
from hpo.search import Search

METRIC = "loss"


@dataclass(frozen=True)
class Replayed:
    """What a replay came to.

    Attributes:
        reached: Whether a configuration of the top was trained to its end within the cost.
        cost: Paid until then, in the table's unit: all evaluations, and what has passed of those that run.
        time: On the virtual clock until then.
        trials: Configurations that were begun.
        regret: (cost, regret of the best configuration that was trained to its end), falling.
    """

    reached: bool
    cost: float
    time: float
    trials: int
    regret: tuple[tuple[float, float], ...]


@dataclass
class _Slots:
    """What runs: the end of each evaluation, and how far each trial is."""

    table: Table
    now: float = 0.0
    paid: float = 0.0
    begun: dict[int, float] = field(default_factory=dict)  # When the running evaluation of each trial began.
    done: dict[int, int] = field(default_factory=dict)  # Evaluations of each trial that are over.
    rows: dict[int, int] = field(default_factory=dict)
    ends: list[tuple[float, int, int]] = field(default_factory=list)
    order: itertools.count[int] = field(default_factory=itertools.count)

    def start(self, number: int) -> None:
        """The next evaluation of a trial."""
        cost = self.table.rows[self.rows[number]].costs[self.done.setdefault(number, 0)]
        self.begun[number] = self.now
        heapq.heappush(self.ends, (self.now + float(cost), next(self.order), number))

    def pop(self) -> int:
        """The trial whose evaluation ends next; the clock goes there."""
        end, _, number = heapq.heappop(self.ends)
        self.paid += end - self.begun.pop(number)
        self.now = end
        self.done[number] += 1
        return number

    @property
    def spent(self) -> float:
        """All that was paid until now, the parts of running evaluations included."""
        return self.paid + sum(self.now - since for since in self.begun.values())


def replay(
    table: Table, space: TableSpace, sampler: Sampler, scheduler: Scheduler, *, slots: int, max_cost: float
) -> Replayed:
    """One search from its beginning until the top is reached, the cost is used up, or nothing is left to do.

    Args:
        table: What was recorded.
        space: Of the sampler.
        sampler: Proposes points of the space.
        scheduler: Has seen nothing.
        slots: Trials at once.
        max_cost: In the table's unit.
    """
    state = _Slots(table)
    search = Search(
        memory_ledger(),
        sampler,
        scheduler,
        metric=METRIC,
        budget=Budget(len(table.rows), clock=lambda: state.now),
        patience=Patience(0),
    )
    best, trace, reached = np.inf, list[tuple[float, float]](), False
    while not reached and state.spent < max_cost:
        while len(state.begun) < slots and (proposal := search.next()) is not None:
            state.rows.setdefault(proposal.number, space.row_of(proposal.params))
            state.start(proposal.number)
        if not state.ends:
            break
        number = state.pop()
        row, done = table.rows[state.rows[number]], state.done[number]
        last = done == len(row.losses)
        decision = search.evaluated(number, _evaluation(row.epochs[done - 1], row.losses[done - 1], last))
        if decision is Decision.PAUSE:
            search.left(number, BY_SCHEDULER)
        elif decision is Decision.CONTINUE and not last:
            state.start(number)
        elif last and not search.records[number].state.ended:
            search.ended(number, Outcome())
        if last and np.isfinite(row.final):
            reached = state.rows[number] in table.top
            if row.final < best:
                best = row.final
                trace.append((state.spent, table.regret(best)))
    search.conclude()
    return Replayed(reached, state.spent, state.now, len(search.records), tuple(trace))


def _evaluation(epoch: float, loss: float, last: bool) -> dict[str, object]:
    step = round(float(epoch) * STEPS_AN_EPOCH)
    return {"step": step, "epoch": float(epoch), "metrics": {METRIC: float(loss)}, "last": last}
