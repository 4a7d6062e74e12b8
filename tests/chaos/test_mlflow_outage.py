"""The MLflow server goes away in the middle of a sweep, and comes back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.driving import Sweep, check_agreement, rows
from tests.hpo.tracking.servers import MlflowServer
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

TRIALS = 8


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MlflowServer]:
    folder = tmp_path / "server"
    folder.mkdir()
    server = MlflowServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("outage_s", [15.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_no_trial_waits_and_every_point_is_there_once(tmp_path: Path, server: MlflowServer, outage_s: float) -> None:
    sweep = Sweep(
        tmp_path / "outputs",
        "outage",
        rows(tmp_path / "rows.jsonl", 320),
        *("tracking=server", f"tracking.uri={server.uri}", f"sweep.trials={TRIALS}", "sampler=random"),
        *(f"train.epochs={round(2 * outage_s)}", "scheduler=fifo"),
    )
    process = sweep.start(*sweep.begin)
    wait_for(lambda: any(r.evaluations for r in sweep.records()), "a first evaluation")
    server.stop()
    gone_at = time.time()
    wait_for(lambda: time.time() - gone_at > outage_s or process.poll() is not None, "the end of the outage", 120)
    back_at = time.time()
    meanwhile = [e for r in sweep.records() for e in r.evaluations if gone_at < e["at"] < back_at]
    server.start()
    assert process.wait(timeout=300) == 0, sweep.log.read_text()[-3000:]
    records = check_agreement(sweep, TRIALS, server.uri)
    assert len(meanwhile) > 5, "the trials did not go on without MLflow"
    waited = [entry["wait_s"] for record in records for entry in record.evaluations]
    assert max(waited) < 3.0, "a report waited for MLflow"
    assert "MLflow did not take" not in sweep.log.read_text()
