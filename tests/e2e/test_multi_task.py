"""A sweep over a training of several data sets, through the command line: planned, run, ranked, loaded back."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from models.predict import Predictor
from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
pytestmark = pytest.mark.e2e


def run(*arguments: str) -> str:
    command = [HPO, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_experiment_from_plan_to_champion(tmp_path: Path) -> None:
    overrides = [
        "experiment=multi_task",
        "model=tiny",
        "data.tasks.learning.sentences_per_library=30",
        "data.tasks.figures.sentences_per_library=20",
        "data.weights.learning=3",
        "space=none",
        "space.train.learning_rate={low: 1e-4, high: 1e-2, log: true}",
        "space.data.temperature={low: 1, high: 4}",
        "train.epochs=2",
        "sweep.trials=2",
        *SEARCH_ALONE,
        "sweep.name=parts",
        f"output_dir={tmp_path}",
    ]
    planned = " ".join(run("plan", *overrides).split())
    assert "metric score (maximize)" in planned
    assert "parts: learning (text_classification, 84 training rows), figures (text_classification, 56" in planned
    run("sweep", *overrides)
    summary = json.loads((tmp_path / "parts" / "summary.json").read_text())
    assert (summary["metric"], summary["counts"]["complete"]) == ("score", 2)
    assert summary["best"]["value"] == max(trial["value"] for trial in summary["trials"])
    assert {"learning", "figures"} == set(summary["data"]["parts"])
    assert all("score" in baseline["metrics"] for baseline in summary["baselines"])
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    best = next(trial for trial in summary["trials"] if trial["number"] == summary["best"]["number"])
    metrics = mlflow.MlflowClient(uri).get_run(best["mlflow_run_id"]).data.metrics
    mean = (3 * metrics["eval/learning/accuracy"] + metrics["eval/figures/accuracy"]) / 4
    assert metrics["eval/score"] == pytest.approx(mean)
    rows = [{"task": "figures", "text": "Draws a line."}, {"task": "learning", "text": "Trains a network."}]
    found = mlflow.pyfunc.load_model(summary["model_uri"]).predict(pd.DataFrame(rows))["prediction"]
    expected = Predictor.load(summary["best"]["weights"]).predict(rows)
    assert [json.loads(text)["task"] for text in found] == ["figures", "learning"]
    assert [json.loads(text)["label"] for text in found] == [one["label"] for one in expected]
