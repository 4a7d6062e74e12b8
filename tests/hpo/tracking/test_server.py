"""The MLflow server that `hpo` starts: for others to write to, or to look at local sweeps."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from mlflow.tracking import MlflowClient

from hpo.config.schema import ServerTracking
from hpo.tracking.server import Server
from hpo.tracking.store import check_reachable, database_problem
from tests.hpo.tracking.played import Driver, check_mlflow, new_ledger
from tests.hpo.tracking.servers import answers, end_group, free_port
from tests.waiting import wait_for

COMMAND = """
import sys
from rich.console import Console
from hpo.commands.mlflow_server import run
from tests.waiting import wait_for
run(sys.argv[1:], Console())
"""


def test_sweeps_send_their_files_through_the_server(tmp_path: Path) -> None:
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "--port", str(port), "--output-dir", str(tmp_path)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(lambda: answers(uri), "the MLflow server", 60.0)
        assert check_reachable(ServerTracking(uri=uri)) == []
        assert "mlflow.db" not in " ".join(psutil.Process(process.pid).cmdline())
        driver = Driver(new_ledger(tmp_path, uri))
        driver.tracker.text("config.yaml", "a: 1\n")
        driver.play(trials=1, steps=1)
        driver.finish()
        check_mlflow(driver.ledger, uri)
        run = MlflowClient(uri).get_run(driver.ledger.about["mlflow_run_id"])
        assert run.info.artifact_uri.startswith("mlflow-artifacts:/")
        (file,) = (tmp_path / "mlflow-server" / "artifacts").rglob("config.yaml")
        assert file.read_text() == "a: 1\n"
        assert (tmp_path / "mlflow-server" / "mlflow.db").is_file()
    finally:
        end_group(process)
    assert f"tracking.uri={uri}" in (tmp_path / "server.log").read_text()


def test_the_command_line() -> None:
    shared = Server("0.0.0.0", 5001, "postgresql://me:secret@db/mlflow", "s3://bucket", workers=4, allowed_hosts="a,b")
    line = shared.command()
    assert line[1:4] == ["-m", "mlflow", "server"]
    assert line[line.index("--artifacts-destination") + 1] == "s3://bucket"
    assert line[line.index("--workers") + 1] == "4"
    assert line[line.index("--allowed-hosts") + 1] == "a,b"
    assert "secret" not in " ".join(line)
    environment = shared.environment({"HOME": "/home/me"})
    assert environment["MLFLOW_BACKEND_STORE_URI"] == "postgresql://me:secret@db/mlflow"
    assert environment["HOME"] == "/home/me"
    local = Server("127.0.0.1", 5000, "sqlite:///mlflow.db", "artifacts", proxied=False)
    assert local.command()[-2:] == ["--default-artifact-root", "artifacts"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql+psycopg://me:secret@127.0.0.1:9/mlflow", "postgresql+psycopg://me:***@127.0.0.1:9/mlflow"),
        ("oracle://me:secret@db/mlflow", "MLflow has no tables for oracle://me:***@db/mlflow"),
        ("no url", "no database URL that can be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str, message: str) -> None:
    problem = database_problem("--store", url)
    assert problem is not None
    assert "secret" not in str(problem)
    assert problem.where == "--store"
    assert message in problem.message or "psycopg" in problem.message  # The driver may not be installed.


def test_a_database_that_can_be_used(tmp_path: Path) -> None:
    assert database_problem("--store", f"sqlite:///{tmp_path / 'none' / 'mlflow.db'}") is None
    assert not (tmp_path / "none").exists()
