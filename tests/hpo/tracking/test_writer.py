"""The writer against a real MLflow store."""

from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError
from hpo.tracking.writer import Batch, Writer


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> MlflowClient:
    return MlflowClient(f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}")


@pytest.fixture
def writer(client: MlflowClient, request: pytest.FixtureRequest, tmp_path: Path) -> Writer:
    experiment = client.create_experiment(request.node.name, artifact_location=tmp_path.as_uri())
    return Writer(client, experiment, client.create_run(experiment).info.run_id)


def metric(value: float, step: int) -> Metric:
    return Metric("eval/accuracy", value, 1000 + step, step)


def test_all_is_written_in_order_and_nested(client: MlflowClient, writer: Writer) -> None:
    for number in range(3):
        writer.put(Batch(number, name=f"trial {number}", params=[Param("rate", str(number))]))
    for step in range(5):
        for number in range(3):
            writer.put(Batch(number, metrics=[metric(step / 10 + number, step)]))
    for number, status in enumerate(("FINISHED", "KILLED", "FAILED")):
        writer.put(Batch(number, tags=[RunTag("state", status.lower())], status=status))
    writer.close()
    for number, status in enumerate(("FINISHED", "KILLED", "FAILED")):
        run_id = writer.run_ids[number]
        run = client.get_run(run_id)
        assert (run.info.status, run.data.params, run.data.tags["state"]) == (
            status,
            {"rate": str(number)},
            status.lower(),
        )
        points = client.get_metric_history(run_id, "eval/accuracy")
        assert [(point.step, point.value) for point in points] == [(step, step / 10 + number) for step in range(5)]
        assert run.info.end_time >= run.info.start_time


def test_more_metrics_than_one_call_takes(client: MlflowClient, writer: Writer) -> None:
    writer.put(Batch(0, name="many", metrics=[metric(step, step) for step in range(2500)]))
    writer.close()
    assert len(client.get_metric_history(writer.run_ids[0], "eval/accuracy")) == 2500


def test_a_refusal_is_told_at_the_end(writer: Writer) -> None:
    writer.put(Batch(0, name="bad", params=[Param("rate", "1"), Param("rate", "2")]))
    with pytest.raises(TrackingError, match="MLflow did not take"):
        writer.close()
