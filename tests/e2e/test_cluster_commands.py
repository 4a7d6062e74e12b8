"""A cluster on this machine from its start to its end, with a sweep on it, as a person types it."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search_alone import SEARCH_ALONE

HPO = str(Path(sys.executable).with_name("hpo"))
pytestmark = pytest.mark.e2e


def run(*words: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RAY_worker_niceness": "0"}
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE", "RAY_ADDRESS"):
        environment.pop(name, None)
    command = [HPO, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=400, check=False, env=environment)


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "outputs"
    run("cluster", "down", "--output-dir", tmp_path / "outputs")


def test_up_sweep_status_down(output: Path, rows_file: Path) -> None:
    there = ("--output-dir", output)
    assert run("cluster", "status", *there).returncode == 1
    up = run("cluster", "up", "--nodes", 2, *there)
    assert up.returncode == 0, up.stdout + up.stderr
    again = run("cluster", "up", *there)
    assert again.returncode == 2
    assert "hpo cluster down" in again.stderr.replace("\n", " ")

    line = next(line for line in up.stdout.splitlines() if line.startswith("next: "))
    command = shlex.split(line.removeprefix("next: hpo "))
    tiny = ["model=tiny", "data=json", f"data.train={rows_file}", "data.max_length=48", "train.epochs=2"]
    swept = run(*command, *tiny, "sweep.name=on-two-nodes", "sweep.trials=4", *SEARCH_ALONE)
    assert swept.returncode == 0, swept.stdout + swept.stderr
    summary = json.loads((output / "on-two-nodes" / "summary.json").read_text())
    assert len(summary["trials"]) == 4
    assert summary["slots"]["count"] == 2

    status = run("cluster", "status", *there)
    assert status.returncode == 0, status.stderr
    assert "Ray counts 2 nodes" in status.stdout
    assert "ended: " in run("cluster", "down", *there).stdout
    assert run("cluster", "status", *there).returncode == 1
