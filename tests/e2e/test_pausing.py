"""Trials that are paused and advanced on a real Ray Tune end as if they had never been interrupted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.ledger import BY_SCHEDULER, Ledger, State, TrialRecord, ledger_url
from models.training import train
from tests.chaos.driving import ENVIRONMENT, Sweep
from tests.e2e.paused_sweep import TRIALS, plan_of
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e


def compared(record: TrialRecord) -> list[tuple[int, float, dict[str, float]]]:
    return [(entry["step"], entry["train_loss"], entry["metrics"]) for entry in record.evaluations]


def command(data: Path, folder: Path, *overrides: str) -> list[str]:
    return [sys.executable, "-m", "tests.e2e.paused_sweep", str(data), str(folder), *overrides]


def run(*arguments: str) -> str:
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_whole(records: list[TrialRecord], data: Path, folder: Path) -> None:
    """Every trial has ended; those that trained to their end did so as they do alone."""
    assert len(records) == TRIALS
    assert all(record.state.ended for record in records)
    whole = [record for record in records if record.state is State.COMPLETE]
    assert whole
    plan = plan_of(data, folder)
    for record in whole:
        result = train(plan.train_spec(record.params))
        for (step, loss, metrics), alone in zip(compared(record), result.evaluations, strict=True):
            assert step == alone.step
            assert loss == pytest.approx(alone.train_loss, rel=1e-6, abs=1e-6)
            assert metrics == pytest.approx(alone.metrics, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "stored", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["shared folder", "storage"]
)
def test_paused_and_advanced_trials_equal_uninterrupted_ones(rows_file: Path, tmp_path: Path, stored: bool) -> None:
    folder = tmp_path / "outputs"
    where = [f"cluster.storage={tmp_path.as_uri()}/store"] if stored else []
    said = run(*command(rows_file, folder, *where))
    records = Ledger.open(ledger_url(folder), "halved").trials()
    check_whole(records, rows_file, tmp_path / "again")

    assert max(len(record.attempts) for record in records) == 3, "paused at two rungs, advanced from both"
    for record in records:
        assert {attempt.end for attempt in record.attempts[:-1]} <= {BY_SCHEDULER}
        steps = [entry["step"] for entry in record.evaluations]
        assert steps == sorted(set(steps)), "an evaluation was made twice"
    paused = [record for record in records if record.state is State.PRUNED]
    assert json.loads(said.splitlines()[-1]) == {str(record.number): record.steps for record in paused}
    assert not [*tmp_path.rglob("checkpoint*")], "a trial that has ended needs none"
    pattern = "store/**/trials/*/**/best*/model.safetensors" if stored else "outputs/halved/trials/*/best/*.safetensors"
    assert len([*tmp_path.glob(pattern)]) == TRIALS, "weights from before a pause are kept"


@pytest.mark.slow
def test_killed_while_trials_are_paused_then_gone_on_with(rows_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    driver = subprocess.Popen(command(rows_file, folder), env=ENVIRONMENT, stdout=subprocess.DEVNULL)

    def records() -> list[TrialRecord]:
        return Sweep(folder, "halved", rows_file).records()

    def some_are_paused() -> bool:
        return sum(record.state is State.PAUSED and record.held for record in records()) >= 2

    try:
        wait_for(some_are_paused, "two trials to pause")
    finally:
        driver.kill()
        driver.wait(timeout=60)
    before = {record.number: record for record in records()}
    assert not all(record.state.ended for record in before.values())

    run(*command(rows_file, folder))
    after = records()
    check_whole(after, rows_file, tmp_path / "again")
    for record in after:
        if record.number in before:
            known = before[record.number]
            assert record.evaluations[: len(known.evaluations)] == known.evaluations
            assert record.decisions[: len(known.decisions)] == known.decisions
