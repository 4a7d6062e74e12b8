"""A sweep that confirms its winner, whose driver is killed in the middle of that."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import mlflow
import pytest

from hpo.confirm.record import part_of
from hpo.ledger import State, TrialRecord
from tests.chaos.driving import Sweep, rows
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e

SPACE = ("space=none", "space.train.learning_rate={low: 1e-4, high: 1e-2, log: true}", "scheduler=fifo")
CONFIRMED = ("confirm.top_k=2", "confirm.seeds=2", "trial.checkpoint_every_s=0.5")


def retrainings(sweep: Sweep) -> list[TrialRecord]:
    part = part_of(sweep.ledger()) if sweep.records() else None
    return [] if part is None else list(part.trials())


def test_killed_while_it_confirms_then_finished_shown_and_delivered(tmp_path: Path) -> None:
    data = rows(tmp_path / "rows.jsonl", 160)
    sweep = Sweep(tmp_path / "outputs", "sure", data, "sweep.trials=3", "train.epochs=8", *SPACE, *CONFIRMED)
    process = sweep.start(*sweep.begin)
    wait_for(lambda: sum(r.state is State.COMPLETE for r in retrainings(sweep)) >= 1, "one retraining to end", 300)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    left = sweep.say("status", "sure").out
    assert "confirming" in left
    assert "of the best under fresh seeds ended" in left
    told = json.loads(sweep.say("status", "sure", "--json").out)["confirmation"]
    before = {record.number: record for record in retrainings(sweep)}
    assert len(before) < 4 or any(not record.state.ended for record in before.values())

    assert sweep.start("resume", "sure").wait(timeout=300) == 0, sweep.log.read_text()[-5000:]
    after = retrainings(sweep)
    ended = sum(record.state.ended for record in before.values())
    assert told == {"begun": len(before), "ended": ended, "winner": None}
    assert [record.state for record in after] == [State.COMPLETE] * 4
    for record in after:
        if record.number in before and before[record.number].state.ended:
            assert record.evaluations == before[record.number].evaluations

    found = sweep.summary()["confirmation"]
    assert [len(row["values"]) for row in found["ranking"]] == [2, 2]
    assert (found["test_looks"], found["test"]["rows"]) == (1, 24)
    assert [trial["state"] for trial in sweep.summary()["trials"]] == ["complete"] * 3
    client = mlflow.MlflowClient(f"sqlite:///{sweep.folder / 'mlflow.db'}")
    children = client.search_runs(["1"], f"tags.`mlflow.parentRunId` = '{sweep.summary()['mlflow']['run_id']}'")
    assert sum(run.data.tags.get("role") == "confirmation" for run in children) == 4
    assert len(children) == 7
    (model,) = client.search_logged_models(["1"])
    assert model.tags["seed"] == str(found["winner"]["seed"])

    shown = sweep.say("results", "sure").out
    for piece in ("confirmed: trial", "interval", "optimism", "the only look at them", found["delivered"]["weights"]):
        assert piece in shown
    assert "confirmed: trial" in sweep.say("status", "sure").out
    assert [line.split()[0] for line in sweep.say("list").out.splitlines()[1:]] == ["sure"]
    said = sweep.run("predict", "sure", "--text", "the film was good", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["prediction"]["label"] in ("good", "bad")
