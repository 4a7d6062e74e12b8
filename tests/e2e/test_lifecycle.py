"""A sweep's life through the command line: watched, steered, stopped, changed, resumed, extended."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import mlflow
import psutil
import pytest

from hpo.ledger import Cause, State, TrialRecord
from tests.chaos.driving import Sweep, rows, trial_processes
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e

SPACE = ("space=none", "space.train.learning_rate={low: 1e-5, high: 1e-2, log: true}")
LONG = ("train.epochs=60", "scheduler=fifo", "trial.checkpoint_every_s=1", "slots.count=2", *SPACE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return rows(tmp_path / "rows.jsonl", 320)


def running(sweep: Sweep) -> list[TrialRecord]:
    return [record for record in sweep.records() if record.state is State.RUNNING]


def evaluated(sweep: Sweep) -> list[TrialRecord]:
    return [record for record in running(sweep) if record.evaluations and record.attempts[-1].pid]


def statuses(sweep: Sweep) -> dict[str, str]:
    """State of each run in MLflow by its name."""
    client = mlflow.MlflowClient(f"sqlite:///{sweep.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("transformer-hpo")
    assert experiment is not None
    return {run.info.run_name: run.info.status for run in client.search_runs([experiment.experiment_id])}


def test_watched_steered_stopped_resumed_and_extended(tmp_path: Path, data: Path) -> None:
    sweep = Sweep(tmp_path / "outputs", "live", data, "sweep.trials=2", *LONG)
    process = sweep.start(*sweep.begin)
    wait_for(lambda: len(evaluated(sweep)) == 2, "two running trials")

    status: dict[str, Any] = json.loads(sweep.say("status", "live", "--json").out)
    assert (status["state"], status["driver"]["pid"]) == ("running", process.pid)
    assert {trial["state"] for trial in status["trials"]} == {"running"}
    assert "running" in sweep.say("list").out

    second = sweep.say("resume", "live")
    assert second.code == 1
    assert f"driven by process {process.pid} on" in second.err

    wrong = sweep.say("enqueue", "live", "train.learning_rate=3.0", "train.epochs=2")
    assert wrong.code == 2
    assert "train.learning_rate: 3 is not in 1e-05 to 0.01" in wrong.err
    assert "train.epochs: is not a dimension of the space" in wrong.err
    assert "it is next" in sweep.say("enqueue", "live", "train.learning_rate=0.002").out
    clone = sweep.say("clone", "live", "--trial", "0", "train.learning_rate=0.003", "--warm")
    assert "it is next" in clone.out, clone.err
    assert "trial 1 has ended (failed)" in sweep.say("stop", "live", "--trial", "1").out
    by_hand = wait_for(lambda: [r for r in sweep.records() if r.number == 2], "the trial by hand")[0]
    assert by_hand.params == {"train.learning_rate": 0.002}
    ended = sweep.records()[1]
    assert (ended.state, ended.cause, ended.reason) == (State.FAILED, Cause.STOPPED_BY_USER, "hpo stop --trial 1")

    wait_for(lambda: len(evaluated(sweep)) == 2, "both trials evaluated")
    stopped = sweep.say("stop", "live")
    assert "go on with it: hpo resume live" in stopped.out
    assert process.wait(timeout=30) == 130
    assert {record.state for record in sweep.records() if record.number != 1} == {State.PAUSED}
    assert "RUNNING" not in statuses(sweep).values()
    assert statuses(sweep)["trial 0000"] == "SCHEDULED"
    before = {record.number: record.evaluations for record in sweep.records()}
    assert "stopped (hpo stop)" in sweep.say("status", "live").out

    changed = sweep.run("resume", "live", "train.weight_decay=0.5")
    assert changed.returncode == 2
    assert "train.weight_decay: was 0.01 when the sweep was begun, now 0.5" in changed.stderr
    process = sweep.start("resume", "live")
    assert process.wait(timeout=240) == 0, sweep.log.read_text()[-3000:]
    records = sweep.records()
    assert [record.state for record in records] == [State.COMPLETE, State.FAILED, State.COMPLETE, State.COMPLETE]
    for number, evaluations in before.items():
        assert records[number].evaluations[: len(evaluations)] == evaluations
    assert (records[3].parent, records[3].params) == (0, {"train.learning_rate": 0.003})
    assert records[3].evaluations[0]["train_loss"] < records[0].evaluations[0]["train_loss"], "it did not begin warm"
    assert not list((sweep.folder / "live" / "warm").iterdir())
    assert sorted(set(statuses(sweep).values())) == ["FAILED", "FINISHED"]

    done = sweep.run("extend", "live", "--trials", "1", timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [record.state for record in sweep.records()][4:] == [State.COMPLETE]
    assert statuses(sweep)["live"] == "FINISHED"


def test_changes_that_are_allowed_end_what_was_in_the_middle(tmp_path: Path, data: Path) -> None:
    sweep = Sweep(tmp_path / "outputs", "changed", data, "sweep.trials=4", *LONG)
    process = sweep.start(*sweep.begin)
    wait_for(lambda: len(evaluated(sweep)) == 2, "two running trials")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 130
    assert [record.state for record in sweep.records()] == [State.PAUSED] * 2
    checkpoints = sorted((sweep.folder / "changed" / "trials").glob("*/checkpoints/step-*"))
    assert {path.parent.parent.name for path in checkpoints} == {"0000", "0001"}

    wider = "space.train.learning_rate={low: 1e-4, high: 1e-2, log: true}"
    done = sweep.run("resume", "changed", "train.epochs=2", wider, "--allow-change", timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    flat = " ".join(done.stdout.split())
    assert "changed: train.epochs: was 60, now 2" in flat
    assert "trial 0 ends: it was in the middle with the old settings" in flat
    records = sweep.records()
    assert [record.cause for record in records] == [Cause.STOPPED_BY_USER] * 2 + [None] * 2
    assert [record.epochs for record in records[2:]] == [2.0, 2.0]
    assert not list(sweep.folder.rglob("checkpoints"))


def test_second_ctrl_c_does_not_wait_and_the_sweep_is_still_resumable(tmp_path: Path, data: Path) -> None:
    sweep = Sweep(tmp_path / "outputs", "twice", data, "sweep.trials=2", *LONG)
    process = sweep.start(*sweep.begin)
    victim = wait_for(lambda: evaluated(sweep) and trial_processes(sweep.records()), "a running trial")[0]
    victim.suspend()  # It cannot leave now.
    process.send_signal(signal.SIGINT)
    wait_for(lambda: "stopping: each trial" in sweep.log.read_text(), "the answer to Ctrl-C")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130, sweep.log.read_text()[-3000:]
    assert {record.state for record in sweep.records()} == {State.PAUSED}
    gone = [process for process in psutil.process_iter(["environ"]) if _of(process, sweep)]
    wait_for(lambda: not [p for p in gone if p.is_running()], "the end of all processes")
    assert sweep.run("resume", "twice").returncode == 0
    assert {record.state for record in sweep.records()} == {State.COMPLETE}


def _of(process: psutil.Process, sweep: Sweep) -> bool:
    environment = process.info["environ"] or {}
    return environment.get("HPO_OUTPUT_DIR") == str(sweep.folder)


def test_a_preempted_trial_goes_on_elsewhere_and_a_hanging_one_is_tried_again(tmp_path: Path, data: Path) -> None:
    overrides = [text for text in LONG if "epochs" not in text]
    sweep = Sweep(
        tmp_path / "outputs", "faults", data, "sweep.trials=2", "train.epochs=40", "trial.timeout_min=0.25", *overrides
    )
    process = sweep.start(*sweep.begin)
    wait_for(lambda: len(evaluated(sweep)) == 2, "two running trials")
    os.kill(sweep.records()[0].attempts[-1].pid, signal.SIGTERM)
    wait_for(lambda: len(sweep.records()[0].attempts) == 2, "the preempted trial in another slot")
    hanging = wait_for(
        lambda: [r for r in evaluated(sweep) if r.number == 1] or process.poll() is not None, "the other trial"
    )[0]
    psutil.Process(hanging.attempts[-1].pid).suspend()
    assert process.wait(timeout=240) == 0, sweep.log.read_text()[-3000:]
    first, second = sweep.records()
    assert [attempt.end for attempt in first.attempts] == ["preempted", ""]
    assert [attempt.end for attempt in second.attempts] == ["hung", ""]
    assert {first.state, second.state} == {State.COMPLETE}
    assert first.attempts[0].pid != first.attempts[1].pid
    assert [e["epoch"] for e in second.evaluations] == [float(epoch) for epoch in range(1, 41)]
    assert second.ended_at - second.started_at > 15, "it did not hang"
    assert time.time() - second.ended_at < 120
