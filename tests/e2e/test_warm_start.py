"""A sweep that begins with what an earlier one found, with real Ray and a tiny model."""

import json
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def arguments(rows: Path, output: Path, name: str, *more: str) -> list[str]:
    given = ["model=tiny", "data=json", "data.max_length=48", "train.batch_size=8", "train.epochs=1", "space=none"]
    given += ["space.train.learning_rate={low: 1e-6, high: 1e-2, log: true}", "scheduler=fifo", "sampler=random"]
    given += [*SEARCH_ALONE, "sweep.baselines=false"]
    return [*given, f"data.train={rows}", f"output_dir={output}", f"sweep.name={name}", *more]


def run(*command: str) -> str:
    done = subprocess.run([HPO, *command], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def trials_of(output: Path, name: str) -> list[dict]:
    return json.loads((output / name / "summary.json").read_text())["trials"]


def test_by_name_and_by_itself(rows_file: Path, tmp_path: Path) -> None:
    run("sweep", *arguments(rows_file, tmp_path, "first", "sweep.trials=4", "sweep.seed=1"))
    run("sweep", *arguments(rows_file, tmp_path, "second", "sweep.trials=3", "warm_start.from=[first]"))
    first, second = (trials_of(tmp_path, name) for name in ("first", "second"))
    values = sorted(trial["value"] for trial in first[1:])  # The start is tried in any case.
    good = [trial["params"] for trial in first if trial["value"] >= values[1]]
    assert len(second) == 3
    assert second[1]["params"] in good
    study = optuna.load_study(study_name="second", storage=f"sqlite:///{tmp_path / 'ledger.db'}")
    assert "good in the earlier sweep first" in study.trials[1].user_attrs["why"]
    told = run("plan", *arguments(rows_file, tmp_path, "third", "warm_start.from=[auto]"))
    assert "warm start: second: 3 trials;" in told
    assert "warm start: first: 4 trials;" in told
