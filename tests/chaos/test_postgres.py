"""Ledger and MLflow in PostgreSQL, which is restarted in the middle."""

import subprocess
from pathlib import Path

import optuna
import pytest

from hpo.ledger import State
from tests.chaos.driving import HPO, Sweep, check_agreement, rows
from tests.hpo.tracking.servers import answers, end_group, free_port
from tests.postgres import Postgres, postgres  # noqa: F401  # a fixture
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

TRIALS = 6


def test_a_sweep_on_postgresql_that_is_restarted(tmp_path: Path, postgres: Postgres) -> None:  # noqa: F811
    """MLflow's server and the ledger each have a database; the server is killed with the connections in the middle."""
    ledger, tracking, port = postgres.new_database(), postgres.new_database(), free_port()
    command = [HPO, "mlflow-server", "--port", str(port), "--store", tracking, "--output-dir", str(tmp_path / "server")]
    server = subprocess.Popen(command, start_new_session=True)
    uri = f"http://127.0.0.1:{port}"
    sweep = Sweep(
        tmp_path / "outputs",
        "postgres",
        rows(tmp_path / "rows.jsonl", 320),
        *("tracking=server", f"tracking.uri={uri}", f"sweep.trials={TRIALS}", "train.epochs=40", "scheduler=fifo"),
        "sampler=random",
        env={"HPO_LEDGER_URL": ledger},
    )
    try:
        wait_for(lambda: answers(uri), "the MLflow server")
        process = sweep.start(*sweep.begin)
        wait_for(lambda: any(r.evaluations for r in sweep.records()), "a first evaluation", 180)
        postgres.restart(immediate=True)
        seen = sum(len(r.evaluations) for r in sweep.records())
        wait_for(
            lambda: sum(len(r.evaluations) for r in sweep.records()) > seen or process.poll() is not None,
            "an evaluation after the restart",
        )
        process.kill()
        process.wait()
        postgres.restart()
        done = sweep.run("resume", sweep.name)
        assert done.returncode == 0, done.stdout + done.stderr + sweep.log.read_text()[-3000:]
        records = check_agreement(sweep, TRIALS, uri)
        assert {record.state for record in records} == {State.COMPLETE}
        assert max(len(record.attempts) for record in records) > 1
        assert not (tmp_path / "outputs" / "ledger.db").exists()
        assert "postgres" in sweep.say("list").out
        config = (tmp_path / "outputs" / "postgres" / "config.yaml").read_text()
        assert "://***@" in config, "the ledger's password is written down"
        assert optuna.load_study(study_name="postgres", storage=ledger).best_value == max(r.value for r in records)
    finally:
        end_group(server)
