"""What the default model reaches on real data. Minutes each: `make test-slow`, with HPO_SHARED_DATA."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_sst2_in_two_epochs(shared_data: Path, tmp_path: Path) -> None:
    files = [f"data.{split}={shared_data / 'sst2' / split}.jsonl" for split in ("train", "validation", "test")]
    command = [str(Path(sys.executable).with_name("hpo")), "train", "data=json", *files, f"output_dir={tmp_path}"]
    command += ["train.epochs=2", "train.learning_rate=1e-4", "slots.cpus=2"]
    subprocess.run(command, check=True, timeout=1800)
    result = json.loads(next(tmp_path.glob("train-*/result.json")).read_text())
    assert result["best_value"] >= 0.87
