"""How long a sampler takes to propose a configuration, beside Optuna's own samplers on the same trials.

    python -m bench.ask [--trials 1000] [--dims 8] [--samplers tpe,gp] [--asks 9] [--json FILE]

The trials have ended, most of them stopped on the way, as under a scheduler. Each sampler is asked in turn, round after
round, so that what else the machine does meets them all alike. `sqlite` is the ledger's own storage; a proposal there
includes what is read and written. Peers are asked in memory, and are told of the trials as Ray Tune's OptunaSearch
tells them: all are complete.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler, GPSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from hpo.ledger.storage import open_storage
from hpo.samplers import SPECS, make_sampler
from hpo.space import CategoricalDimension, FloatDimension, IntDimension, Space
from hpo.space.dimension import Dimension

EPOCHS, STEPS_AN_EPOCH = 5, 40
PEERS: dict[str, Callable[[], BaseSampler]] = {
    "optuna TPESampler": lambda: TPESampler(seed=0),
    "optuna GPSampler": lambda: GPSampler(seed=0),
}


@dataclass(frozen=True)
class Row:
    """What one sampler took.

    Attributes:
        sampler: Its name.
        storage: Where the trials were.
        median_ms, worst_ms: Of one proposal.
    """

    sampler: str
    storage: str
    median_ms: float
    worst_ms: float


def space_of(dims: int) -> Space:
    """A space as fine-tuning has it: half of it on log scales, a whole number, choices."""
    kinds: list[Callable[[str], Dimension]] = [
        lambda name: FloatDimension.make(name, 1e-5, 1e-1, log=True),
        lambda name: FloatDimension.make(name, 0.0, 1.0),
        lambda name: FloatDimension.make(name, 1e-4, 1.0, log=True),
        lambda name: CategoricalDimension(name, choices=(8, 16, 32)),
        lambda name: FloatDimension.make(name, 1e-8, 1e-2, log=True),
        lambda name: IntDimension.make(name, 1, 64),
        lambda name: FloatDimension.make(name, 1.0, 10.0, log=True),
        lambda name: FloatDimension.make(name, 0.0, 0.5, step=0.05),
    ]
    return Space(tuple(kinds[index % len(kinds)](f"train.x{index}") for index in range(dims)))


def trials_of(space: Space, count: int) -> list[FrozenTrial]:
    """Ended trials with the attributes that the ledger writes."""
    rng = np.random.default_rng(0)
    return [_trial(space, rng) for _ in range(count)]


def _trial(space: Space, rng: np.random.Generator) -> FrozenTrial:
    params = space.draw(rng)
    stored, distributions = space.encode(params), space.to_distributions()
    end = float(rng.normal(0.7 - abs(np.log10(params["train.x0"]) + 3) / 8, 0.02))
    curve = {STEPS_AN_EPOCH * n: end * n / EPOCHS for n in range(1, 1 + min(int(rng.geometric(0.4)), EPOCHS))}
    attributes: dict[str, Any] = {"start": {"params": params, "seq": 1, "at": 0.0}}
    for step, value in curve.items():
        epoch, metrics = step / STEPS_AN_EPOCH, {"accuracy": value, "loss": 1 - value}
        attributes[f"evaluation:{step:09d}"] = {"step": step, "epoch": epoch, "metrics": metrics, "train_s": 1.0}
    return create_trial(
        state=TrialState.COMPLETE if len(curve) == EPOCHS else TrialState.PRUNED,
        value=list(curve.values())[-1],
        params=stored,
        distributions={name: distributions[name] for name in stored},
        intermediate_values=curve,
        user_attrs=attributes,
    )


def measure(samplers: list[str], count: int, dims: int, asks: int, folder: Path) -> list[Row]:
    """Ask every sampler `asks` times, in turn."""
    space = space_of(dims)
    trials = trials_of(space, count)
    once: dict[tuple[str, str], Callable[[], Any]] = {}
    for name in samplers:
        for storage in ("memory", "sqlite"):
            study = _study(storage, folder / f"{name}.db")
            study.add_trials(trials)
            once[name, storage] = _asking(name, space, study)
    for peer, make in PEERS.items():
        study = optuna.create_study(direction="maximize", sampler=make())
        study.add_trials([_as_complete(trial) for trial in trials])
        once[peer, "memory"] = _asking_peer(space, study)
    took: dict[tuple[str, str], list[float]] = {key: [] for key in once}
    with threadpool_limits(1):
        for turn in range(asks + 1):
            for key, ask in once.items():
                begun = time.perf_counter()
                ask()
                if turn:  # The first is for imports and caches.
                    took[key].append(1000 * (time.perf_counter() - begun))
    return [Row(*key, statistics.median(each), max(each)) for key, each in took.items()]


def _study(storage: str, path: Path) -> optuna.Study:
    where = open_storage(f"sqlite:///{path}") if storage == "sqlite" else None
    return optuna.create_study(storage=where, direction="maximize")


def _as_complete(trial: FrozenTrial) -> FrozenTrial:
    return create_trial(value=trial.value, params=trial.params, distributions=trial.distributions)


def _asking(name: str, space: Space, study: optuna.Study) -> Callable[[], Any]:
    """A new sampler each time, as in a sweep that is resumed: nothing may live in it."""
    return lambda: make_sampler(SPECS[name](), space, 0).ask(study)


def _asking_peer(space: Space, study: optuna.Study) -> Callable[[], Any]:
    return lambda: space.suggest(study.ask())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--dims", type=int, default=8)
    parser.add_argument("--samplers", default="tpe,gp", help="names of the `sampler` group")
    parser.add_argument("--asks", type=int, default=9)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as scratch:
        rows = measure(given.samplers.split(","), given.trials, given.dims, given.asks, Path(scratch))
    print(f"{'sampler':20} {'storage':8} {'median ms':>10} {'worst ms':>10}")
    for row in sorted(rows, key=lambda row: row.median_ms):
        print(f"{row.sampler:20} {row.storage:8} {row.median_ms:10.1f} {row.worst_ms:10.1f}")
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    main()
