"""A sweep that weighs accuracy against time and size, with real Ray, Optuna, MLflow and a small Transformer."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import optuna
import pytest

from models.predict import Predictor
from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
LIMIT = 80_000  # Weights: about four of the tiny model's layers.
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def swept(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    output = tmp_path_factory.mktemp("outputs")
    command = [HPO, "sweep", "model=tiny", "data=json", f"data.train={rows_file}", "data.max_length=48"]
    command += [f"output_dir={output}", "sweep.name=aims", "sweep.trials=10", "slots=single", "scheduler=asha"]
    command += ["train.batch_size=8", "train.learning_rate=1e-3", "train.epochs=2", "sampler.startup_trials=4"]
    command += ["space=none", "space.model.layers={low: 1, high: 12}", *SEARCH_ALONE]
    command += ["sweep.metrics=[{name: accuracy}, {name: latency_ms, direction: minimize}, {name: train_s}]"]
    command += [f'sweep.constraints=["total_parameters <= {LIMIT}", "latency_ms <= 60000"]']
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return output, done.stdout


def summary_of(output: Path) -> dict:
    return json.loads((output / "aims" / "summary.json").read_text())


def test_a_network_beyond_the_limit_is_never_trained(swept: tuple[Path, str]) -> None:
    trials = summary_of(swept[0])["trials"]
    large = [trial for trial in trials if trial["values"]["total_parameters"] > LIMIT]
    assert large
    for trial in large:
        assert (trial["state"], trial["cause"], trial["steps"]) == ("pruned", "infeasible", 0)
        assert trial["violated"][0].endswith(f"not <= {LIMIT}")
        assert trial["reason"] == trial["violated"][0]


def test_the_others_are_measured_in_every_aim(swept: tuple[Path, str]) -> None:
    for trial in summary_of(swept[0])["trials"]:
        if trial["state"] == "complete":
            assert set(trial["values"]) == {"accuracy", "latency_ms", "train_s", "total_parameters"}
            assert all(value > 0 for name, value in trial["values"].items() if name != "accuracy")
            assert trial["violated"] == []


def test_the_front_is_the_best_of_them_and_its_weights_are_there(swept: tuple[Path, str]) -> None:
    summary = summary_of(swept[0])
    members = summary["front"]
    assert members
    assert summary["best"]["number"] == members[0]["number"]
    complete = [trial["values"] for trial in summary["trials"] if trial["state"] == "complete"]
    for member in members:
        own = member["values"]
        better = [
            other
            for other in complete
            if other["accuracy"] > own["accuracy"]
            and other["latency_ms"] < own["latency_ms"]
            and other["train_s"] < own["train_s"]
        ]
        assert not better
        assert Predictor.load(member["weights"]).predict(["a joy from start"])


def test_mlflow_says_who_is_on_the_front_and_who_broke_a_limit(swept: tuple[Path, str]) -> None:
    summary = summary_of(swept[0])
    client = mlflow.MlflowClient(f"sqlite:///{swept[0] / 'mlflow.db'}")
    for trial in summary["trials"]:
        data = client.get_run(trial["mlflow_run_id"]).data
        assert data.tags["feasible"] == json.dumps(not trial["violated"])
        if trial["state"] == "complete":
            assert data.tags["front"] == json.dumps(trial["front"])
            assert data.metrics["model/latency_ms"] == trial["values"]["latency_ms"]
    parent = client.get_run(summary["mlflow"]["run_id"]).data
    assert parent.metrics["front/trials"] == len(summary["front"])


def test_optuna_has_one_objective_with_its_curves(swept: tuple[Path, str]) -> None:
    study = optuna.load_study(study_name="aims", storage=f"sqlite:///{swept[0] / 'ledger.db'}")
    assert study.direction.name == "MAXIMIZE"
    assert all(trial.intermediate_values for trial in study.trials if trial.state.name == "COMPLETE")


def test_the_person_is_shown_the_front(swept: tuple[Path, str]) -> None:
    flat = swept[1].replace("\n", " ")
    assert "Pareto front" in flat
    assert f"limits: total_parameters <= {LIMIT}" in flat
