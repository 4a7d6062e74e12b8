"""The same training on a CUDA device. `pytest -m gpu`; skipped where there is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.predict import Predictor
from models.spec import Device, LoraTuning, TrainSpec
from models.training import train

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")]
GPU = Device(cpus=2, gpu=True)
Make = Callable[..., TrainSpec]


@pytest.mark.parametrize("precision", ["bf16", "fp16", "fp32"])
def test_overfits_32_examples_in_every_precision(spec_of: Make, precision: str) -> None:
    files = spec_of().data
    spec = spec_of(epochs=12, learning_rate=5e-3, precision=precision, device=GPU)
    result = train(replace(spec, data=replace(files, validation=files.train)))
    assert result.best_value >= 0.95
    assert (result.precision, result.device) == (precision, torch.cuda.get_device_name())
    assert result.peak_memory_mib > 0


def test_fp32_gives_the_cpus_curve(spec_of: Make) -> None:
    on_cpu, on_gpu = train(spec_of(epochs=2)), train(spec_of(epochs=2, device=GPU))
    for cpu, gpu in zip(on_cpu.evaluations, on_gpu.evaluations, strict=True):
        assert gpu.metrics["loss"] == pytest.approx(cpu.metrics["loss"], abs=1e-3)


def test_what_was_trained_there_predicts_here(spec_of: Make, tmp_path: Path) -> None:
    train(spec_of(tuning=LoraTuning(), device=GPU), out_dir=tmp_path)
    texts = ["good nice joy", "bad poor dull"]
    there, here = (Predictor.load(tmp_path / "best", gpu=gpu).predict(texts) for gpu in (True, False))
    assert [p.score for p in there] == pytest.approx([p.score for p in here], abs=1e-3)
