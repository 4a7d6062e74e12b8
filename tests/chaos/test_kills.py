"""Driver and trial processes are killed at random moments; the sweep ends as if they had not been.

The sleeps are the random moments themselves: nothing is expected of what happened meanwhile.
"""

import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from hpo.check import check
from hpo.ledger import State
from hpo.place import Place
from hpo.recorded import composed_again
from hpo.schedulers import longest_training, make_scheduler
from models.training import Evaluation, train
from tests.chaos.driving import Sweep, check_agreement, rows, trial_processes
from tests.hpo.replaying import check_by_replay
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

TRIALS = 16


class Reported:
    """Every value that was ever in the ledger; none may change."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.seen: dict[tuple[int, int], Any] = {}

    def check(self) -> None:
        now = {(r.number, e["step"]): e["metrics"] for r in self.sweep.records() for e in r.evaluations}
        assert {place: now.get(place) for place in self.seen} == self.seen
        self.seen = now


def kill_driver(sweep: Sweep, process: Any, rng: random.Random) -> None:
    """At a random moment: now and then while it starts, mostly while trials run."""
    if rng.random() < 0.25:
        time.sleep(rng.uniform(0.0, 6.0))  # The moment of the kill; nothing is waited for.
    else:
        wait_for(lambda: process.poll() is not None or trial_processes(sweep.records()), "a running trial")
        time.sleep(rng.uniform(0.0, 2.5))  # The moment of a kill.
    assert process.poll() is None, f"the sweep was over too early:\n{sweep.log.read_text()[-3000:]}"
    process.kill()
    process.wait()


def kill_trial(sweep: Sweep, process: Any, rng: random.Random) -> None:
    """At a random moment, one of those that run."""
    time.sleep(rng.uniform(0.0, 1.0))  # The moment of a kill.
    victim = rng.choice(
        wait_for(lambda: trial_processes(sweep.records()) or process.poll() is not None, "a running trial")
    )
    victim.kill()
    victim.wait(timeout=30)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments(tmp_path: Path, kills: int) -> None:
    epochs = 9 if kills < 10 else 27
    data = rows(tmp_path / "rows.jsonl", 320)
    sweep = Sweep(
        tmp_path / "outputs",
        "chaos",
        data,
        *(f"sweep.trials={TRIALS}", f"train.epochs={epochs}", "scheduler.min_epochs=3", "sampler.startup_trials=5"),
        *("trial.retries=50", "trial.checkpoint_every_s=0.3", "slots.count=2"),
        *("space=none", "space.train.learning_rate={low: 1e-5, high: 1e-2, log: true}"),
        "space.train.weight_decay={low: 0.0, high: 0.1}",
    )
    rng, reported = random.Random(kills), Reported(sweep)
    process = sweep.start(*sweep.begin)
    wait_for(lambda: sweep.records(), "the first trial")
    for _ in range(kills):
        kill_trial(sweep, process, rng)
        kill_driver(sweep, process, rng)
        reported.check()
        process = sweep.start("resume", sweep.name)
    assert process.wait(timeout=600) == 0, sweep.log.read_text()[-5000:]
    reported.check()
    records = check_agreement(sweep, TRIALS)
    assert {record.state for record in records} == {State.COMPLETE, State.PRUNED}
    assert sum(len(record.attempts) for record in records) > TRIALS

    ledger = sweep.ledger()
    plan = check(composed_again(ledger.about, Place(sweep.folder), ()), going_on=sweep.name)
    scheduler = make_scheduler(plan.config.scheduler, plan.maximize, longest_training(plan.config.train, plan.space))
    check_by_replay(ledger, tmp_path / "again", plan.sampler, scheduler, plan.metric, plan.start)

    torn = max((r for r in records if r.state is State.COMPLETE), key=lambda record: len(record.attempts))
    whole: list[Evaluation] = []
    train(plan.train_spec(torn.params), whole.append, tmp_path / "whole")
    assert [e.step for e in whole] == [e["step"] for e in torn.evaluations]
    for unkilled, killed in zip(whole, torn.evaluations, strict=True):
        assert unkilled.metrics == pytest.approx(killed["metrics"], abs=1e-6)
    shutil.rmtree(tmp_path / "whole")
