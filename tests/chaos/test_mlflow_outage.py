"""The MLflow server goes away in the middle of a sweep, and comes back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.driving import Sweep, answers, check_agreement, free_port, rows, wait_for

pytestmark = pytest.mark.chaos

TRIALS = 8


class Server:
    """An MLflow server that can be stopped and started again on the same port and database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{self.folder / 'server.db'}"]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: answers(self.uri), "the MLflow server")

    def stop(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)  # Its workers are its children, in a session of their own.
        self.process.wait()


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    folder.mkdir()
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("outage_s", [15.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_no_trial_waits_and_every_point_is_there_once(tmp_path: Path, outage_s: float) -> None:
    with serving(tmp_path / "server") as server:
        sweep = Sweep(
            tmp_path / "outputs",
            "outage",
            rows(tmp_path / "rows.jsonl", 320),
            *("tracking=server", f"tracking.uri={server.uri}", f"sweep.trials={TRIALS}", "sampler=random"),
            *(f"train.epochs={round(outage_s)}", "scheduler=fifo"),
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
