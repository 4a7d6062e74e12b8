"""The writer against a real MLflow store that takes not everything."""

from pathlib import Path

import pytest
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError
from hpo.ledger import Ledger
from hpo.tracking.retry import Retry
from hpo.tracking.runs import Runs
from hpo.tracking.telling import Telling
from hpo.tracking.writer import Writer
from hpo.tracking.writes import Write
from tests.hpo.tracking.played import Driver, check_points, new_ledger


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture
def ledger(tmp_path: Path, uri: str) -> Ledger:
    return new_ledger(tmp_path, uri)


@pytest.fixture
def writer(ledger: Ledger, uri: str) -> Writer:
    retry = Retry()
    return Writer(Runs(uri, ledger, "written", None, retry), ledger, Telling("sweep", "accuracy"), retry)


def points(count: int) -> list[Metric]:
    return [Metric("eval/accuracy", step / 10, 1000 + step, step) for step in range(count)]


def parent(uri: str, ledger: Ledger) -> str:
    return str(MlflowClient(uri).get_run(ledger.about["mlflow_run_id"]).info.run_id)


def test_more_points_than_one_call_takes(ledger: Ledger, uri: str, writer: Writer) -> None:
    writer.put(Write(None, metrics=points(2500)))
    for point in points(2510)[2500:]:
        writer.put(Write(None, metrics=[point]))
    writer.close(60.0)
    history = MlflowClient(uri).get_metric_history(parent(uri, ledger), "eval/accuracy")
    assert [point.step for point in history] == list(range(2510))


def test_a_refusal_is_told_at_the_end_and_costs_nothing_else(ledger: Ledger, uri: str, writer: Writer) -> None:
    refused = "x" * 300
    writer.put(Write(None, metrics=[*points(5), Metric(refused, 1.0, 1, 1)], params={"a": "1"}, tags={"b": "2"}))
    writer.put(Write(7, name="trial", begin_ms=1, metrics=points(2), status="FINISHED", end_ms=2))
    with pytest.raises(TrackingError, match=rf"MLflow refused 1 write; the first: the sweep: '{refused}': "):
        writer.close(60.0)
    client = MlflowClient(uri)
    run = client.get_run(parent(uri, ledger))
    assert (run.data.params, run.data.tags["b"]) == ({"a": "1"}, "2")
    assert len(client.get_metric_history(run.info.run_id, "eval/accuracy")) == 5
    (trial,) = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
    assert (trial.info.status, trial.data.tags["trial"]) == ("FINISHED", "7")
    assert len(client.get_metric_history(trial.info.run_id, "eval/accuracy")) == 2


def test_a_run_that_a_person_deleted_does_not_stop_the_others(ledger: Ledger, uri: str) -> None:
    driver = Driver(ledger)
    deleted, kept = driver.start(), driver.start()
    driver.tracker.wait_written()
    client = MlflowClient(uri)
    client.delete_run(ledger.trial(deleted).mlflow_run_id)
    for step in (1, 2, 3):
        for number in (deleted, kept):
            driver.evaluate(number, step, step / 10)
    driver.end(deleted)
    driver.end(kept)
    with pytest.raises(TrackingError, match=rf"MLflow refused .*; the first: trial {deleted}: .*'active' state"):
        driver.finish()
    check_points(client, ledger.trial(kept))
    assert client.get_run(ledger.trial(kept).mlflow_run_id).info.status == "FINISHED"
