"""A target ends a real sweep with trials in its slots."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
pytestmark = pytest.mark.e2e

TINY = ["model=tiny", "data=json", "data.max_length=48", "train.batch_size=8", "train.learning_rate=1e-3"]


def run(*arguments: str) -> str:
    done = subprocess.run([HPO, *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_target_ends_the_sweep_and_is_told_everywhere(rows_file: Path, tmp_path: Path) -> None:
    target = "sweep.stop.target=0.05"  # By guessing alone.
    short = ["train.epochs=200", "scheduler=fifo", "sweep.trials=9", target, *SEARCH_ALONE]
    where = [f"output_dir={tmp_path}", "sweep.name=aimed"]
    shown = run("sweep", *TINY, f"data.train={rows_file}", *short, *where)
    assert "sweep.stop.target=0.05 is enough" in shown

    summary = json.loads((tmp_path / "aimed" / "summary.json").read_text())
    assert (summary["status"], summary["stopped"]["rule"]) == ("finished", "target")
    best = summary["trials"][summary["best"]["number"]]
    assert (best["state"], best["cause"]) == ("complete", "early_stop")
    assert summary["best"]["value"] >= 0.05
    assert Path(summary["best"]["weights"]).is_dir()
    assert len(summary["trials"]) < 9
    assert all(trial["epochs"] < 200 for trial in summary["trials"])
    assert {t["cause"] for t in summary["trials"]} <= {"early_stop", "scheduler"}
    assert "not enough trials" in summary["importance"]["note"]

    client = mlflow.MlflowClient(summary["mlflow"]["uri"])
    parent = client.get_run(summary["mlflow"]["run_id"])
    assert parent.data.tags["stopped"] == "target"
    assert parent.data.tags["importance"] == summary["importance"]["note"]
    assert parent.data.tags["stopped_because"] == summary["stopped"]["reason"]
    assert "sweep.stop.target=0.05" in run("status", "aimed", "--output-dir", str(tmp_path))
