"""A sweep in a real MLflow store, without faults."""

from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from hpo.ledger import Cause, Ledger
from hpo.tracking.description import NOTE, gave_up
from tests.hpo.tracking.played import Driver, check_mlflow, new_ledger


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture
def ledger(tmp_path: Path, uri: str) -> Ledger:
    return new_ledger(tmp_path, uri)


def test_a_sweep_as_the_ledger_has_it(ledger: Ledger, uri: str, tmp_path: Path) -> None:
    driver = Driver(ledger, tmp_path / "artifacts")
    driver.tracker.describe({"train.epochs": 2, "space": {"a": 1}}, {"sweep": "sweep"})
    driver.tracker.text("config.yaml", "a: 1\n")
    driver.tracker.baselines([{"name": "majority", "metrics": {"accuracy": 0.5}}])
    driver.play(trials=4, steps=3)
    lost = driver.start()
    driver.end(lost, Cause.ERROR, "x" * 9000)
    driver.finish()
    check_mlflow(ledger, uri)
    client, about = MlflowClient(uri), ledger.about
    parent = client.get_run(about["mlflow_run_id"])
    assert parent.data.params == {"train.epochs": "2", "space": '{"a": 1}'}
    metrics = parent.data.metrics
    assert (metrics["eval/baseline/majority/accuracy"], metrics["importance/a"]) == (0.5, 0.75)
    assert (parent.info.status, parent.info.end_time) == ("FINISHED", round(1000 * about["ended_at"]))
    assert Path(client.download_artifacts(parent.info.run_id, "config.yaml", str(tmp_path))).read_text() == "a: 1\n"
    assert len(client.get_run(ledger.trial(lost).mlflow_run_id).data.tags["reason"]) == 4000
    assert about["mlflow_seq"] == ledger.trial(lost).end_seq


def test_pauses_are_told(ledger: Ledger, uri: str) -> None:
    driver = Driver(ledger)
    number = driver.start()
    driver.evaluate(number, 1, 0.5)
    client = MlflowClient(uri)
    for paused, status, state in ((True, "SCHEDULED", "paused"), (False, "RUNNING", "running")):
        driver.pause(number, paused)
        driver.tracker.wait_written()
        run = client.get_run(ledger.trial(number).mlflow_run_id)
        assert (run.info.status, run.data.tags["state"], run.data.tags["node"]) == (status, state, "here")
    driver.end(number)
    driver.finish()
    check_mlflow(ledger, uri)


def test_no_secret_is_told(ledger: Ledger, uri: str) -> None:
    signed = "https://me:hunter2@host/rows.csv?X-Amz-Signature=hunter2"
    driver = Driver(ledger)
    driver.tracker.describe({"data.train": signed, "data.file": f"{'x' * 484}https://me:hunter2@host"}, {})
    driver.tracker.note(f"`hpo train data.train={signed}`")
    lost = driver.start()
    driver.end(lost, Cause.ERROR, f"cannot read https://me:hunter2@host/{'x' * 3988}")  # It is cut inside the password.
    driver.tracker.wait_written()
    driver.tracker.note(gave_up("first", f"no answer from {signed}"))
    driver.finish()
    client, about = MlflowClient(uri), ledger.about
    runs = [client.get_run(about["mlflow_run_id"]), client.get_run(ledger.trial(lost).mlflow_run_id)]
    assert runs[0].data.params["data.train"] == "https://***@host/rows.csv?X-Amz-Signature=***"
    for run in runs:
        assert "hunt" not in str(run.data.to_dictionary())
        assert "nter2" not in str(run.data.to_dictionary())


def test_how_many_trials_there_will_be_is_said_as_it_is_now(ledger: Ledger, uri: str) -> None:
    ledger.note("budget", {"trials": 2})
    driver = Driver(ledger)
    for trials in (2, 9):  # The second after `hpo extend`.
        ledger.note("budget", {"trials": trials})
        driver.end(driver.start())
        driver.tracker.wait_written()
        note = MlflowClient(uri).get_run(ledger.about["mlflow_run_id"]).data.tags[NOTE]
        assert f" of {trials} trials have ended" in note
    driver.finish()
