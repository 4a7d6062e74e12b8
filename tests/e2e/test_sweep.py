"""The command line with real Ray, Optuna, MLflow and a small Transformer: what a person does and what is left."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import optuna
import pandas as pd
import pytest
from ray.cluster_utils import Cluster

from models.predict import Predictor
from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
pytestmark = pytest.mark.e2e

TINY = ["model=tiny", "data=json", "data.max_length=48", "train.batch_size=8", "train.learning_rate=1e-3"]


def arguments(rows: Path, output: Path, name: str, *more: str) -> list[str]:
    where = [f"data.train={rows}", f"output_dir={output}", f"sweep.name={name}"]
    return [HPO, "sweep", *TINY, *SEARCH_ALONE, *where, *more]


def run(command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **more)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def swept(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One sweep under ASHA, with learning rates that diverge, and what it printed."""
    output = tmp_path_factory.mktemp("outputs")
    done = run(
        arguments(
            rows_file,
            output,
            "first",
            "sweep.trials=8",
            "train.epochs=4",
            "space=none",
            "space.train.learning_rate={low: 1e-6, high: 1e-2, log: true}",
            "space.train.weight_decay={low: 0.0, high: 0.1}",
            "scheduler.reduction_factor=2",
            "sweep.picture=true",
        )
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return output, done.stdout


def summary_of(output: Path, name: str = "first") -> dict:
    return json.loads((output / name / "summary.json").read_text())


def test_ledger_mlflow_and_summary_agree_on_every_trial(swept: tuple[Path, str]) -> None:
    output, _ = swept
    summary = summary_of(output)
    study = optuna.load_study(study_name="first", storage=f"sqlite:///{output / 'ledger.db'}")
    client = mlflow.MlflowClient(f"sqlite:///{output / 'mlflow.db'}")
    in_optuna = {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}
    in_mlflow = {"complete": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}
    assert [trial["number"] for trial in summary["trials"]] == list(range(8))
    for trial in summary["trials"]:
        told = study.trials[trial["number"]]
        run_of = client.get_run(trial["mlflow_run_id"])
        assert told.state.name == in_optuna[trial["state"]]
        assert run_of.info.status == in_mlflow[trial["state"]]
        assert run_of.data.tags["state"] == trial["state"]
        assert run_of.data.tags["mlflow.parentRunId"] == summary["mlflow"]["run_id"]
        assert run_of.data.tags["trial"] == str(trial["number"])
        assert float(run_of.data.params["learning_rate"]) == trial["params"]["train.learning_rate"]
        curve = client.get_metric_history(trial["mlflow_run_id"], "eval/accuracy")
        assert {point.step: point.value for point in curve} == told.intermediate_values
        assert max(point.value for point in curve) == trial["value"]
    experiment = client.get_experiment_by_name("transformer-hpo")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 9
    assert not [r for r in runs if r.info.status == "RUNNING"]


def test_asha_stopped_some_and_says_why(swept: tuple[Path, str]) -> None:
    stopped = [trial for trial in summary_of(swept[0])["trials"] if trial["cause"] == "scheduler"]
    assert stopped
    for trial in stopped:
        assert trial["epochs"] < 4
        assert "rung" in trial["reason"]


def test_starting_configuration_runs_first_and_is_beaten_or_equalled(swept: tuple[Path, str]) -> None:
    summary = summary_of(swept[0])
    assert summary["trials"][0]["params"]["train.learning_rate"] == 1e-3
    assert summary["best"]["value"] >= summary["start"]["value"]


def test_at_most_three_trials_keep_weights(swept: tuple[Path, str]) -> None:
    kept = sorted(swept[0].glob("first/trials/*/best/model.safetensors"))
    assert 1 <= len(kept) <= 3
    assert Path(summary_of(swept[0])["best"]["weights"]) in [path.parent for path in kept]


def test_the_picture_is_of_the_best_model(swept: tuple[Path, str]) -> None:
    best = summary_of(swept[0])["best"]
    found = json.loads((swept[0] / "first" / "picture.json").read_text())
    assert (found["model"]["trial"], found["model"]["value"]) == (best["number"], best["value"])
    assert (found["kind"], found["split"]) == ("classes", "validation")
    off = abs(found["metrics"]["accuracy"] - best["value"])
    assert off * found["rows"] < 1.5, "a training in bf16 and this in fp32 may differ in a row"
    texts = [mistake["inputs"]["text"] for mistake in found["body"]["worst"]]
    assert [one["label"] for one in Predictor.load(best["weights"]).predict(texts)] == [
        mistake["said"] for mistake in found["body"]["worst"]
    ]


def test_champion_predicts_in_a_new_process_what_its_weights_say(swept: tuple[Path, str]) -> None:
    texts = ["the soup was excellent and warm", "dull stupid and flat", "a joy from start"]
    code = (
        "import json, mlflow, sys; mlflow.set_tracking_uri(sys.argv[1]);"
        "m = mlflow.pyfunc.load_model('models:/first@champion'); assert m.input_example is not None;"
        "print(m.metadata.signature.inputs.to_json());"
        "print(m.predict(json.loads(sys.argv[2])).to_json(orient='records'))"
    )
    uri = f"sqlite:///{swept[0] / 'mlflow.db'}"
    done = run([sys.executable, "-c", code, uri, json.dumps(texts)])
    assert done.returncode == 0, done.stderr
    inputs, predictions = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    assert [column["type"] for column in inputs] == ["string"]
    expected = Predictor.load(summary_of(swept[0])["best"]["weights"]).predict(texts)
    assert [p["label"] for p in predictions] == [p["label"] for p in expected]
    assert [p["score"] for p in predictions] == pytest.approx([p["score"] for p in expected], abs=1e-6)


def test_person_sees_plan_progress_ranking_and_what_to_do_next(swept: tuple[Path, str]) -> None:
    output, printed = swept
    best = summary_of(output)["best"]
    flat = printed.replace("\n", " ")
    for piece in (
        "train.learning_rate",
        "trial 0: epoch 1 accuracy=",
        "of 8 trials",
        f"best: trial {best['number']} with accuracy",
        "hpo train",
        "models:/first@champion",
        str(output / "first"),
    ):
        assert piece in flat


def test_results_json_is_the_summary(swept: tuple[Path, str]) -> None:
    done = run([HPO, "results", "first", "--json", "--output-dir", str(swept[0])])
    assert json.loads(done.stdout) == summary_of(swept[0])
    assert "rank" in run([HPO, "results", "first"], env={**os.environ, "HPO_OUTPUT_DIR": str(swept[0])}).stdout


def test_train_command_gives_the_trials_value(swept: tuple[Path, str]) -> None:
    best = summary_of(swept[0])["best"]
    command = f"{Path(HPO).parent}/{best['command']} output_dir={swept[0]}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(next(swept[0].glob("train-*/result.json")).read_text())
    assert result["best_value"] == best["value"]


def test_second_sweep_starts_from_the_cache_and_a_taken_name_is_refused(
    swept: tuple[Path, str], rows_file: Path
) -> None:
    before = sorted(path.name for path in (swept[0] / "cache" / "tokens").iterdir())
    done = run(arguments(rows_file, swept[0], "first"))
    assert done.returncode == 2
    assert "sweep.name: 'first' is taken" in done.stderr.replace("\n", " ")
    assert "hpo resume first" in done.stderr
    assert sorted(path.name for path in (swept[0] / "cache" / "tokens").iterdir()) == before


def test_same_seed_one_slot_same_proposals_and_values(rows_file: Path, tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        done = run(
            arguments(
                rows_file,
                tmp_path,
                name,
                "slots=single",
                "sweep.trials=5",
                "train.epochs=2",
                "sampler.startup_trials=2",
            )
        )
        assert done.returncode == 0, done.stdout + done.stderr
        summary = summary_of(tmp_path, name)
        seen.append([(trial["params"], trial["state"], trial["value"]) for trial in summary["trials"]])
    assert seen[0] == seen[1]


def test_grid_runs_each_point_once_in_parallel_and_ends(rows_file: Path, tmp_path: Path) -> None:
    grid = ["space=grid", "sampler=grid", "scheduler=fifo", "sweep.trials=100", "train.epochs=1", "train.batch_size=16"]
    relative = arguments(Path(rows_file.name), tmp_path, "grid", *grid)
    done = run(relative, cwd=rows_file.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    points = [tuple(sorted(trial["params"].items())) for trial in summary_of(tmp_path, "grid")["trials"]]
    assert len(points) == len(set(points)) == 6


def test_every_trial_failing_is_exit_code_1(rows_file: Path, tmp_path: Path, swept: tuple[Path, str]) -> None:
    """A local model folder whose weights are damaged: found only when they are loaded."""
    folder = tmp_path / "model"
    folder.mkdir()
    source = Path(summary_of(swept[0])["best"]["weights"])
    for path in source.iterdir():
        if path.name != "model.safetensors":
            (folder / path.name).write_bytes(path.read_bytes())
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    command = arguments(rows_file, tmp_path, "broken", f"model.id={folder}", "sweep.trials=2")
    done = run([text.replace("model=tiny", "model=hub") for text in command])
    assert done.returncode == 1, done.stdout + done.stderr
    summary = summary_of(tmp_path, "broken")
    assert [(trial["state"], trial["cause"]) for trial in summary["trials"]] == [("failed", "error")] * 2
    assert "SafetensorError" in summary["trials"][0]["reason"].splitlines()[-1]
    assert "models/training/train.py" in summary["trials"][0]["reason"]


def test_ctrl_c_leaves_nothing_running(rows_file: Path, tmp_path: Path) -> None:
    command = arguments(rows_file, tmp_path, "stopped", "sweep.trials=200", "train.epochs=50", "scheduler=fifo")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "epoch 1 " in line:
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 130, rest
    trials = summary_of(tmp_path, "stopped")["trials"]
    assert {trial["state"] for trial in trials} <= {"complete", "paused"}
    assert "paused" in {trial["state"] for trial in trials}
    assert "hpo resume stopped" in rest
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("transformer-hpo")
    assert experiment is not None
    assert "RUNNING" not in {r.info.status for r in client.search_runs([experiment.experiment_id])}
    assert _gone(str(tmp_path)), "a process of the sweep is left"


def test_pairs_on_a_running_cluster(tmp_path: Path) -> None:
    """Pairs of texts, with LoRA, on a Ray cluster that was there before and is there after."""
    rows = [
        {"text_a": f"row {i} is here", "text_b": f"row {i if i % 2 else i + 1} is there", "label": i % 2}
        for i in range(60)
    ]
    data = tmp_path / "pairs.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    try:
        done = run(
            [
                *arguments(data, tmp_path, "pairs", "tuning=lora", "space=lora", "sweep.trials=3", "train.epochs=2"),
                *("cluster=address", f"cluster.address={cluster.address}"),
            ],
            env={**os.environ, "RAY_AUTH_MODE": "disabled"},  # as Ray's own cluster for tests is
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert cluster.head_node.any_processes_alive()
    finally:
        cluster.shutdown()
    summary = summary_of(tmp_path, "pairs")
    assert summary["slots"]["count"] == 2
    assert {trial["state"] for trial in summary["trials"]} <= {"complete", "pruned"}
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    model = mlflow.pyfunc.load_model("models:/pairs@champion")
    table = pd.DataFrame({"text": ["row 1 is here"], "text_pair": ["row 1 is there"]})
    assert model.predict(table)["label"][0] in ("0", "1")


def _gone(mark: str, patience_s: float = 30) -> bool:
    """Whether no process names the sweep's folder any more; waits for those that are ending."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        listed = run(["ps", "-eo", "args"]).stdout
        if not [line for line in listed.splitlines() if mark in line]:
            return True
    return False
