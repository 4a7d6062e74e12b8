"""What the ledger costs while a sweep runs, and how long a sweep with many trials takes to go on.

    python -m bench.ledger [--trials 1000] [--json FILE]

The trials are not trained: a curve stands for each, told to the search in the driver's own way. The cost is the time
inside the ledger's storage, at 200 trials, as a share of the wall-clock of 200 trials of 5 seconds in two slots. The
resume is a real `hpo resume` in a process of its own, from its start to the first new trial.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optuna.storages import BaseStorage

from hpo.begin import begin
from hpo.budget import Budget
from hpo.check import check
from hpo.config.compose import compose
from hpo.failures import Patience
from hpo.ledger import Ledger, Outcome
from hpo.ledger.storage import PatientStorage
from hpo.schedulers import Decision, longest_training, make_scheduler
from hpo.search import Search

EPOCHS, SLOTS, TRIAL_S, MEASURED = 5, 2, 5.0, 200


class Spent:
    """Seconds inside the methods of a class."""

    def __init__(self, kind: type, names: frozenset[str]) -> None:
        self.seconds, self._inside = 0.0, False
        for name in names:
            setattr(kind, name, self._timing(getattr(kind, name)))

    def _timing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def method(*args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return call(*args, **kwargs)
            self._inside, begun = True, time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self._inside = False
                self.seconds += time.perf_counter() - begun

        return method


def fill(folder: Path, trials: int) -> tuple[Ledger, dict[str, float]]:
    """A sweep with so many ended trials in the ledger, and what writing it took."""
    rows = [{"text": f"row {i} is {'good' if i % 2 else 'bad'}", "label": i % 2} for i in range(32)]
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    overrides = ["model=tiny", "data=json", f"data.train={data}", f"data.validation={data}", "data.test_fraction=0"]
    overrides += ["data.max_length=32", f"train.epochs={EPOCHS}", f"sweep.trials={trials + 1}", "sweep.name=many"]
    plan = check(compose([*overrides, f"output_dir={folder / 'outputs'}"]))
    ledger = begin(plan)
    spent = Spent(PatientStorage, BaseStorage.__abstractmethods__)
    search = Search(
        ledger,
        plan.sampler,
        make_scheduler(plan.config.scheduler, plan.maximize, longest_training(plan.config.train, plan.space)),
        metric=plan.metric,
        budget=Budget(trials),
        patience=Patience(0),
        start=plan.start,
    )
    rng, before, share = random.Random(0), spent.seconds, 0.0
    while (proposal := search.next()) is not None:
        _train(search, proposal.number, rng.random())
        if proposal.number == MEASURED - 1:
            share = (spent.seconds - before) / (MEASURED * TRIAL_S / SLOTS)
    ledger.note("spent_s", search.budget.spent_s)
    return ledger, {"ledger_share": share, "ledger_ms_a_trial": 1000 * (spent.seconds - before) / trials}


def _train(search: Search, number: int, end: float) -> None:
    for epoch in range(1, EPOCHS + 1):
        metrics = {"accuracy": end * epoch / EPOCHS, "loss": 1 - end}
        measured = {"train_loss": 1.0, "learning_rate": 1e-4, "train_s": 0.9, "eval_s": 0.1, "samples_per_s": 30.0}
        entry = {"step": 4 * epoch, "epoch": float(epoch), "metrics": metrics, "last": epoch == EPOCHS, **measured}
        if search.evaluated(number, entry) is Decision.STOP:
            return
    search.ended(number, Outcome(facts={"device": "cpu", "precision": "fp32", "load_s": 0.1}))


def resume(folder: Path, trials: int) -> float:
    """Seconds from the start of `hpo resume` to the first new trial."""
    command = [str(Path(sys.executable).with_name("hpo")), "resume", "many", "--output-dir", str(folder / "outputs")]
    begun, first = time.monotonic(), None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert process.stdout is not None
    for line in process.stdout:
        if first is None and line.startswith(f"trial {trials}:"):
            first = time.monotonic() - begun
    if process.wait() or first is None:
        raise SystemExit(f"hpo resume ended with {process.returncode}")
    return first


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        _, found = fill(Path(scratch), given.trials)
        found["resume_s"] = resume(Path(scratch), given.trials)
    for name, value in found.items():
        print(f"{name}: {value:.4f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
