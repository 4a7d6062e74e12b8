"""`hpo train` that is killed goes on as if it had not been."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.training import newest_checkpoint

pytestmark = pytest.mark.e2e

HPO = str(Path(sys.executable).with_name("hpo"))


def overrides(rows_file: Path, output: Path) -> list[str]:
    settings = ["model=tiny", "data=json", f"data.train={rows_file}", f"output_dir={output}", "slots.cpus=1"]
    train = ["train.epochs=40", "train.learning_rate=1e-4", "train.eval_every_steps=3", "train.precision=fp32"]
    return [*settings, *train, "train.checkpoint_every_steps=2", "train.batch_size=8", "sweep.metric=loss"]


def folder_of(output: Path) -> Path:
    (found,) = output.glob("train-*")
    return found


def test_killed_and_resumed(rows_file: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    subprocess.run([HPO, "train", *overrides(rows_file, whole)], check=True, timeout=300, stdout=subprocess.DEVNULL)

    with subprocess.Popen([HPO, "train", *overrides(rows_file, parts)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = (line for line in process.stdout if line.startswith("epoch"))
        for _ in range(5):  # the fifth evaluation: step 15, in the middle of an epoch
            assert next(lines)
        process.kill()
    folder = folder_of(parts)
    assert newest_checkpoint(folder) is not None
    assert not (folder / "result.json").exists()

    command = [HPO, "train", "--resume", str(folder)]
    done = subprocess.run(command, check=True, timeout=300, capture_output=True, text=True)
    assert 0 < done.stdout.count("epoch ") < json.loads((folder_of(whole) / "result.json").read_text())["best_step"] / 3
    found = [load_file(path / "best" / "model.safetensors") for path in (folder_of(whole), folder)]
    assert found[0].keys() == found[1].keys()
    for name, value in found[0].items():
        assert torch.allclose(value, found[1][name], rtol=0, atol=1e-6), name
    results = [json.loads((path / "result.json").read_text()) for path in (folder_of(whole), folder)]
    assert [e["step"] for e in results[0]["evaluations"]] == [e["step"] for e in results[1]["evaluations"]]
    assert results[0]["best_value"] == pytest.approx(results[1]["best_value"], abs=1e-6)


def test_what_cannot_be_resumed_says_so(rows_file: Path, tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        done = subprocess.run([HPO, "train", *arguments], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 2
        return done.stderr + done.stdout

    assert "training.json" in said("--resume", str(tmp_path))
    assert "train.epochs=3" in said("--resume", str(tmp_path), "train.epochs=3")
    (tmp_path / "training.json").write_text('{"overrides": []}')
    assert "no checkpoint" in said("--resume", str(tmp_path))
