"""PostgreSQL under both records: Optuna's study and MLflow's runs, with the driver that this project names."""

import socket
import subprocess
import sys
from pathlib import Path

import optuna
import psycopg
import pytest
import requests
from mlflow import MlflowClient

from tests.postgres import Postgres, postgres
from tests.waiting import wait_for

__all__ = ["postgres"]
PATIENCE_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_study_is_kept_through_a_crash_of_the_server(postgres: Postgres) -> None:
    url = postgres.new_database()
    storage = optuna.storages.RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
    study = optuna.create_study(storage=storage, study_name="kept")
    trial = study.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
    trial.report(0.5, 1)
    postgres.restart(immediate=True)
    study.tell(trial, 0.25)
    again = optuna.load_study(study_name="kept", storage=url)
    assert [t.value for t in again.trials] == [0.25]
    assert again.trials[0].intermediate_values == {1: 0.5}


def test_password_is_asked_for(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url("postgres"), password="wrong")


@pytest.mark.e2e
def test_mlflow_server_keeps_runs_in_it_and_artifacts_in_a_folder(postgres: Postgres, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", postgres.new_database(), "--artifacts-destination", str(tmp_path / "artifacts")]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: server.poll() is not None or answers(url), (tmp_path / "log").read_text, PATIENCE_S)
        assert server.poll() is None, (tmp_path / "log").read_text()
        client = MlflowClient(url)
        run = client.create_run(client.create_experiment("e"))
        client.log_metric(run.info.run_id, "accuracy", 0.5, timestamp=1, step=1)
        client.log_text(run.info.run_id, "a: 1\n", "config.yaml")
        postgres.restart()
        client.log_metric(run.info.run_id, "accuracy", 0.75, timestamp=2, step=2)
        assert [p.value for p in client.get_metric_history(run.info.run_id, "accuracy")] == [0.5, 0.75]
        assert list((tmp_path / "artifacts").rglob("config.yaml"))
    finally:
        server.terminate()
        server.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=1).ok
    except requests.RequestException:
        return False
