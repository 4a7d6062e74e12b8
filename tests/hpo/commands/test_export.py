import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.predict import Predictor
from tests.hpo.commands.conftest import Hpo, Swept

pytestmark = pytest.mark.e2e
TEXTS = ["what a wonderful evening", "dull stupid and flat", "这碗汤"]


def test_the_code_that_is_shown_runs_and_says_the_same(hpo: Hpo, swept: Swept, tmp_path: Path) -> None:
    done = hpo("export", "first", "--to", tmp_path / "model", "--output-dir", swept.output)
    assert done.returncode == 0, done.stderr
    assert "trust_remote_code=True" in done.stdout
    code = done.stdout[done.stdout.index("from transformers") :]
    code += f"\nimport json\nprint(json.dumps(classify({TEXTS!r}, truncation=True, top_k=None)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    expected = Predictor.load(swept.weights(swept.best)).predict(TEXTS)
    for one, prediction in zip(json.loads(run.stdout.splitlines()[-1]), expected, strict=True):
        assert {found["label"]: found["score"] for found in one} == pytest.approx(prediction["scores"], abs=1e-5)
    readme = (tmp_path / "model" / "README.md").read_text()
    assert f"first, trial {swept.best}" in readme
    assert f"accuracy {swept.summary['best']['value']:.6g}" in readme


def test_int8_is_measured_and_can_be_used(hpo: Hpo, swept: Swept, tmp_path: Path) -> None:
    done = hpo("export", "first", "--to", tmp_path / "small", "--quantize", "int8", "--output-dir", swept.output)
    assert done.returncode == 0, done.stderr
    for piece in ("weights on disk", "batches of 1", "batches of 32", "validation accuracy", "pipelines cannot load"):
        assert piece in done.stdout
    assert "Warning" not in done.stdout + done.stderr
    assert f"{swept.summary['best']['value']:.4f}" in done.stdout
    used = hpo("predict", tmp_path / "small", *(part for text in TEXTS for part in ("--text", text)), "--json")
    found = [json.loads(line)["prediction"]["scores"] for line in used.stdout.splitlines()]
    for scores, prediction in zip(found, Predictor.load(swept.weights(swept.best)).predict(TEXTS), strict=True):
        assert scores == pytest.approx(prediction["scores"], abs=0.1)
    refused = hpo("export", tmp_path / "small", "--to", tmp_path / "other")
    assert refused.returncode == 2
    assert "quantized to int8 already" in refused.stderr


def test_mistakes_are_told_and_nothing_is_touched(hpo: Hpo, swept: Swept, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done = hpo("export", "first", "--to", tmp_path / "mine", "--output-dir", swept.output)
    assert done.returncode == 2
    assert "there already" in done.stderr
    alone = tmp_path / "alone"
    alone.mkdir()
    for path in swept.weights(swept.best).iterdir():
        (alone / path.name).write_bytes(path.read_bytes())
    done = hpo("export", alone, "--to", tmp_path / "small", "--quantize", "int8")
    assert done.returncode == 2
    assert "needs the validation rows" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "mine"]
