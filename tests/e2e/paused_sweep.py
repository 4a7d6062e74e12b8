"""A driver whose scheduler pauses and advances trials on Ray Tune.

python -m tests.e2e.paused_sweep DATA FOLDER [OVERRIDES]
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path

from hpo.begin import begin
from hpo.budget import Budget
from hpo.check import check
from hpo.config.compose import compose
from hpo.execution.run import run_on_ray
from hpo.execution.runtime import ray_runtime
from hpo.failures import Patience
from hpo.ledger import Inbox, Ledger, ledger_url, open_engine, sweep_names
from hpo.plan import Plan
from hpo.schedulers import Length, longest_training
from hpo.search import Search
from hpo.steward import Steward
from hpo.storage.deposits import Kind, deposits
from hpo.storage.sweep import store_of
from hpo.sweep import _job
from hpo.trialspec import files_of
from hpo.weights import WeightKeeper, tidy_up
from models.training import newest_checkpoint
from tests.hpo.pausing import Halving
from tests.search_alone import SEARCH_ALONE

NAME, TRIALS = "halved", 4
TRAIN = ("train.batch_size=8", "train.learning_rate=1e-3", "train.precision=fp32", "train.epochs=4")
SWEEP = (f"sweep.trials={TRIALS}", "sweep.baselines=false", *SEARCH_ALONE, "slots.count=2", "slots.cpus=1")
SELDOM = "trial.checkpoint_every_s=1000"  # So that a checkpoint is that of a pause.


def plan_of(data: Path, folder: Path, *overrides: str) -> Plan:
    """The sweep, checked."""
    where = [f"output_dir={folder}", f"sweep.name={NAME}", "data=json", f"data.train={data}", "data.max_length=32"]
    composed = compose(["model=tiny", *where, *TRAIN, *SWEEP, SELDOM, *overrides])
    return check(composed, going_on=NAME if NAME in sweep_names(ledger_url(folder)) else None)


def checkpoints(plan: Plan, ledger: Ledger, numbers: list[int]) -> dict[int, int]:
    """The step of the newest checkpoint of each of these trials that has one."""
    store = store_of(ledger.about, ledger.name, patience_s=20.0)
    if store is not None:
        kept = [deposit for deposit in deposits(store) if deposit.kind is Kind.CHECKPOINT and deposit.whole]
        return {number: max(one.step for one in kept if one.number == number) for number in numbers}
    paths = {number: newest_checkpoint(plan.trial_dir(number)) for number in numbers}
    return {number: int(path.name.rpartition("-")[2]) for number, path in paths.items() if path is not None}


def main(data: Path, folder: Path, *overrides: str) -> None:
    """Run it, or go on with it, to its end.

    It prints the step of the checkpoint of each trial that is paused when nothing further is advanced.
    """
    plan = plan_of(data, folder, *overrides)
    ledger = Ledger.open(plan.ledger_url, NAME) if NAME in sweep_names(plan.ledger_url) else begin(plan)
    search = Search(
        ledger,
        plan.sampler,
        Halving(plan.maximize, Length.of(longest_training(plan.config.train, plan.space))),
        metric=plan.metric,
        budget=Budget(TRIALS),
        patience=Patience(0),
        start=plan.start,
        observers=(WeightKeeper(plan.sweep_dir, TRIALS, ledger),),
    )

    steward = Steward(search, Inbox(open_engine(plan.ledger_url), plan.name), time.time(), lambda: "")
    with ray_runtime(plan.config.cluster, plan.slots, plan.output_dir, files_of(plan.config), lambda: None):
        run_on_ray(search, steward, plan.slots, partial(_job, plan, ledger.about), plan.sweep_dir)
    found = checkpoints(plan, ledger, [record.number for record in search.paused])
    sys.stdout.write(json.dumps(found) + "\n")
    search.conclude()
    assert tidy_up(ledger, TRIALS) == ""


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
