"""A multi-task model in MLflow: rows of several kinds in one table, and one prediction each."""

import json
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from hpo.tracking.champion import log_champion
from models.data import prepare
from models.predict import Predictor
from models.spec import FullTuning, MultiTaskData, TinyModel, TrainParams, TrainSpec
from models.training import train
from tests.contract.task_contract import write_rows
from tests.hpo.tracking.played import Driver, new_ledger
from tests.models.tasks.sentences import ENTITIES, QUESTIONS, REVIEWS

ROWS = {
    "reviews": ("text_classification", REVIEWS),
    "entities": ("token_classification", ENTITIES),
    "answers": ("question_answering", QUESTIONS),
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> TrainSpec:
    folder = tmp_path_factory.mktemp("parts")
    tasks = {
        name: {"source": "json", "task": task, "train": write_rows(folder / f"{name}.jsonl", rows)}
        for name, (task, rows) in ROWS.items()
    }
    params = TrainParams(max_steps=2, precision="fp32")
    model = TinyModel(hidden_size=16, layers=1)
    return TrainSpec(MultiTaskData(tasks=tasks), model, FullTuning(), params, cache_dir=str(folder / "cache"))


def test_a_table_of_rows_of_every_part(spec: TrainSpec, tmp_path: Path) -> None:
    weights = Path(str(train(spec, None, tmp_path / "out").weights))
    examples = prepare(spec.data, spec.model, spec.cache_dir).examples()
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    driver = Driver(new_ledger(tmp_path, uri), tmp_path / "artifacts")
    driver.play(trials=1, steps=1)
    champion = log_champion(driver.tracker, driver.records[0], weights, "multi_task", examples, "parts")
    driver.finish()
    loaded = mlflow.pyfunc.load_model(champion["uri"])
    columns = {column.name: column.required for column in loaded.metadata.get_input_schema().inputs}
    assert columns == {"task": True, "question": False, "context": False, "tokens": False, "text": False}
    rows = [
        {"task": "answers", "question": "who?", "context": "Anna lives in Rome now."},
        {"task": "entities", "tokens": "Anna left Rome"},
        {"task": "reviews", "text": "the soup was wonderful"},
    ]
    expected = Predictor.load(weights).predict(rows)
    found = [json.loads(text) for text in loaded.predict(pd.DataFrame(rows))["prediction"]]
    assert [row["task"] for row in found] == ["answers", "entities", "reviews"]
    assert found[1]["tokens"] == ["Anna", "left", "Rome"]
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys()
        assert one.get("score", 0.0) == pytest.approx(other.get("score", 0.0), abs=1e-5)
    (alone,) = loaded.predict(pd.DataFrame(rows[2:]))["prediction"]
    assert json.loads(alone)["label"] == found[2]["label"]
