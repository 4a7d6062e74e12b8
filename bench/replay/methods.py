"""What can be replayed, by name: `SAMPLER+SCHEDULER` of production, peers, and either after earlier sweeps."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Callable

from bench.replay.brackets import SyncHyperband
from bench.replay.peer_samplers import AnyRow, BohbLike, OptunaTpe
from bench.replay.table_space import Snapped, TableSpace
from bench.replay.tables import Table
from hpo.history import History
from hpo.history.spec import WarmStartSpec
from hpo.samplers import SPECS as SAMPLERS
from hpo.samplers import Sampler, make_sampler
from hpo.samplers.base import trial_seed
from hpo.samplers.past import with_history
from hpo.schedulers import SPECS as SCHEDULERS
from hpo.schedulers import Length, Scheduler, make_scheduler
from models.spec import TrainParams


class Past(enum.Enum):
    """What a search begins with, by the end of the method's name."""

    NONE = ""
    WARM = "-warm"  # The other tasks as earlier sweeps.
    MISLED = "-misled"  # The same, but what was bad there is said to have been good.


ALIASES = {
    "random": "random+fifo",
    "adaptive": "gp+adaptive",
    "ray-asha": "random+ray-asha",
    "ray-median": "random+ray-median",
    "ray-asha+optuna-tpe": "optuna-tpe+ray-asha",
    "hyperband-sync": "random+hyperband-sync",
    "bohb-like": "bohb+hyperband-sync",
}
PEER_SAMPLERS: dict[str, Callable[[TableSpace, int], Sampler]] = {
    "random": AnyRow,  # In place of production's: a draw that is snapped would not be even over the table.
    "optuna-tpe": OptunaTpe,
    "bohb": BohbLike,
}
PEER_SCHEDULERS = ("ray-asha", "ray-median", "hyperband-sync")


def parts(method: str) -> tuple[str, str, Past]:
    """Sampler, scheduler, and what it begins with.

    Raises:
        ValueError: There is no such method.
    """
    past = next(past for past in reversed(Past) if method.endswith(past.value))
    name = method.removesuffix(past.value)
    sampler, _, scheduler = ALIASES.get(name, name).partition("+")
    if sampler not in {*SAMPLERS, *PEER_SAMPLERS} or scheduler not in {*SCHEDULERS, *PEER_SCHEDULERS}:
        known = [*ALIASES, "SAMPLER+SCHEDULER"]
        raise ValueError(
            f"no method {method!r}: one of {', '.join(known)}, also with -warm or -misled; samplers "
            f"{', '.join({*SAMPLERS, *PEER_SAMPLERS})}; schedulers {', '.join([*SCHEDULERS, *PEER_SCHEDULERS])}"
        )
    return sampler, scheduler, past


def make(method: str, table: Table, seed: int, history: History | None) -> tuple[TableSpace, Sampler, Scheduler]:
    """A fresh sampler and scheduler for one replay.

    Args:
        method: See `parts`.
        table: What is searched.
        seed: Of the sampler, together with the table's name: tasks with the same rows are not to share their luck.
        history: Earlier sweeps; None: it begins cold.
    """
    named, scheduling, _ = parts(method)
    space = TableSpace(table)
    train = TrainParams(epochs=table.epochs)
    seed = trial_seed(seed, zlib.crc32(table.name.encode()))
    if named in PEER_SAMPLERS:
        inner = PEER_SAMPLERS[named](space, seed)
    else:
        inner = make_sampler(SAMPLERS[named](), space, seed)
    sampler = with_history(Snapped(inner, space), history, WarmStartSpec().weight)
    return space, sampler, _scheduler(scheduling, train, space, history)


def _scheduler(name: str, train: TrainParams, space: TableSpace, history: History | None) -> Scheduler:
    longest = Length.of(train)
    if name == "hyperband-sync":
        return SyncHyperband(longest)
    if name in PEER_SCHEDULERS:
        from bench.replay import peers  # noqa: PLC0415  # Ray's import takes seconds

        return peers.ray_asha(longest) if name == "ray-asha" else peers.ray_median(longest)
    return make_scheduler(SCHEDULERS[name](), False, train, space, history)
