"""All replays of a benchmark, spread over processes."""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import optuna

from bench.replay.clock import Replayed, replay
from bench.replay.methods import Past, make, parts
from bench.replay.others import history_of
from bench.replay.tables import Table, load
from hpo.history import History

TASKSET_CAP = 3000.0  # Evaluations: 60 whole trainings.


@dataclass(frozen=True)
class Setting:
    """What all replays of one benchmark have in common.

    Attributes:
        folder: Where the curves are.
        form: `taskset` or `algoperf`.
        slots: Trials at once.
        max_cost: In the tables' unit; None: `TASKSET_CAP`, or the cost of the whole table.
        history_trials: Trainings of each earlier sweep of a warm method; None: all.
    """

    folder: Path
    form: str
    slots: int = 1
    max_cost: float | None = None
    history_trials: int | None = None

    def cap(self, table: Table) -> float:
        """The cost at which a replay ends."""
        if self.max_cost is not None:
            return self.max_cost
        return TASKSET_CAP if self.form == "taskset" else float(sum(row.costs.sum() for row in table.rows))


@dataclass(frozen=True)
class Job:
    """One replay."""

    task: str
    method: str
    seed: int


@dataclass(frozen=True)
class Done:
    """What it came to, and how long it took.

    Attributes:
        cap: The cost at which it would have ended.
        seconds: Of processor time, loading and the history left out.
    """

    job: Job
    result: Replayed
    cap: float
    seconds: float


def jobs(tasks: Sequence[str], methods: Sequence[str], seeds: int) -> list[Job]:
    """All of them; those of one task follow each other."""
    return [Job(*one) for one in itertools.product(tasks, methods, range(seeds))]


def run(setting: Setting, todo: Sequence[Job], processes: int) -> Iterator[Done]:
    """The replays in the order of the jobs; each is a function of its job and the setting alone.

    Args:
        setting: Common to all.
        todo: The replays.
        processes: At once; 0: in this one.
    """
    if processes == 0:
        yield from (run_one(setting, job) for job in todo)
        return
    context = multiprocessing.get_context("spawn")  # A fresh one, which counts its threads anew.
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(functools.partial(run_one, setting), todo)


def run_one(setting: Setting, job: Job) -> Done:
    """One replay."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    table = next(table for table in _tables(setting) if table.name == job.task)
    history = _history(setting, job.task, job.seed if setting.history_trials else 0, parts(job.method)[2])
    begin = time.process_time()
    space, sampler, scheduler = make(job.method, table, job.seed, history)
    result = replay(table, space, sampler, scheduler, slots=setting.slots, max_cost=setting.cap(table))
    return Done(job, result, setting.cap(table), time.process_time() - begin)


@functools.lru_cache(maxsize=1)
def _tables(setting: Setting) -> tuple[Table, ...]:
    return load(setting.folder, setting.form)


@functools.lru_cache(maxsize=8)
def _history(setting: Setting, task: str, seed: int, past: Past) -> History | None:
    if past is Past.NONE:
        return None
    tables = _tables(setting)
    table = next(table for table in tables if table.name == task)
    return history_of(table, tables, setting.history_trials, seed, misleading=past is Past.MISLED)
