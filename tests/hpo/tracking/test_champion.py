"""The best model in an MLflow server: sent through it, one a best trial, whatever went wrong before."""

import time
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from hpo.errors import TrackingError
from hpo.tracking.champion import is_logged, log_champion
from models.data import prepare
from models.spec import FileData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import train
from tests.hpo.tracking.played import Driver, new_ledger
from tests.hpo.tracking.servers import Faults, FaultyProxy, MlflowServer


@pytest.fixture(scope="module")
def trained(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    folder = tmp_path_factory.mktemp("champion")
    data = FileData(source="json", train=str(rows_file))
    spec = TrainSpec(
        data,
        TinyModel(hidden_size=16, layers=1),
        FullTuning(),
        TrainParams(max_steps=2, precision="fp32"),
        cache_dir=str(folder / "cache"),
    )
    weights = Path(str(train(spec, None, folder / "out").weights))
    return weights, prepare(spec.data, spec.model, spec.cache_dir).examples()


def test_one_model_for_each_best_trial(
    trained: tuple[Path, list[Any]], server: MlflowServer, proxy: FaultyProxy, tmp_path: Path
) -> None:
    weights, examples = trained
    ledger = new_ledger(tmp_path, proxy.uri, "championship")
    driver = Driver(ledger)
    driver.play(trials=2, steps=2)
    first, better = driver.records[0], driver.records[1]
    client = MlflowClient(server.uri)
    runs = driver.tracker.opened()
    proxy.fault = faults = Faults("hang up", 1, ("logged-models", "registered-models/create", "model-versions/create"))
    champion = log_champion(driver.tracker, first, weights, "text_classification", examples, "championship")
    again = log_champion(driver.tracker, first, weights, "text_classification", examples, "championship")
    assert champion == again == {"number": 0, "value": first.value, "uri": "models:/championship@champion"}
    assert set(faults.left.values()) == {0}
    models = client.search_logged_models([runs.experiment_id], f"source_run_id = '{runs.parent_id}'")
    assert [model.tags["trial"] for model in models] == ["0"]
    assert models[0].artifact_location.startswith("mlflow-artifacts:/")
    assert {metric.key: metric.value for metric in models[0].metrics} == {
        "eval/accuracy": first.value,
        "eval/f1": first.value / 2,
    }
    assert len(client.search_model_versions("name = 'championship'")) == 1

    assert is_logged(champion, first)
    assert not is_logged(champion, better)
    assert not is_logged(None, first)
    log_champion(driver.tracker, better, weights, "text_classification", examples, "championship")
    alias = client.get_model_version_by_alias("championship", "champion")
    assert (str(alias.version), alias.run_id) == ("2", runs.parent_id)
    driver.finish()
    assert client.get_run(runs.parent_id).info.status == "FINISHED"
    loaded = mlflow.pyfunc.load_model("models:/championship@champion")
    assert list(loaded.predict(["a wonderful evening"]).columns) == ["label", "score"]

    proxy.fault = lambda _method, _path: "refuse"
    begin = time.monotonic()
    with pytest.raises(TrackingError, match=r"best model, of trial 0 \(.*hpo resume championship logs it"):
        log_champion(driver.tracker, first, weights, "text_classification", examples, None, patience_s=1.0)
    assert time.monotonic() - begin < 5


def test_an_mlflow_that_is_not_there_is_not_waited_for_long(
    trained: tuple[Path, list[Any]], proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.fault = lambda _method, _path: "refuse"
    driver = Driver(new_ledger(tmp_path, proxy.uri, "nowhere"))
    driver.play(trials=1, steps=1)
    with pytest.raises(TrackingError, match="hpo resume nowhere writes them"):
        log_champion(
            driver.tracker, driver.records[0], trained[0], "text_classification", trained[1], None, patience_s=0.5
        )
    with pytest.raises(TrackingError, match="did not take"):
        driver.finish(patience_s=0.0)
