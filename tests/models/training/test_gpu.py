"""The same training on a CUDA device. `pytest -m gpu`; skipped where there is none."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.errors import InputError, TrainingOutOfMemoryError
from models.predict import Predictor
from models.spec import Device, LoraTuning, TinyModel, TrainSpec
from models.training import train
from models.training.gpu import take_share
from models.training.memory import free_memory
from tests.models.training.little_memory import spec_in

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


@pytest.fixture
def whole_gpu() -> Iterator[torch.device]:
    """The device; afterwards this process may use all of its memory again."""
    device = torch.device("cuda", torch.cuda.current_device())
    free_memory()
    yield device
    torch.cuda.set_per_process_memory_fraction(1.0, device)


def test_a_share_of_the_memory_is_the_most_that_is_taken(whole_gpu: torch.device) -> None:
    total = torch.cuda.mem_get_info(whole_gpu)[1]
    take_share(whole_gpu, 0.1)
    with pytest.raises(torch.OutOfMemoryError):
        torch.empty(total // 5, dtype=torch.uint8, device=whole_gpu)
    take_share(whole_gpu, 1.0)
    assert torch.empty(total // 5, dtype=torch.uint8, device=whole_gpu).numel() == total // 5


def test_waiting_for_memory_that_nobody_gives_back_ends_with_a_warning(
    whole_gpu: torch.device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("models.training.gpu.STANDSTILL_S", 0.3)
    held = torch.empty(torch.cuda.mem_get_info(whole_gpu)[1] // 4, dtype=torch.uint8, device=whole_gpu)
    take_share(whole_gpu, 0.9)
    assert "less than" in caplog.text
    assert held.numel()


def wide(folder: Path) -> TrainSpec:
    """The third of its six batches has 32 rows of 500 tokens, of which layers this wide keep more than a GiB."""
    spec = spec_in(folder)
    return replace(spec, model=replace(spec.model, hidden_size=512, heads=8), device=GPU)


def test_a_batch_that_does_not_fit_is_computed_in_pieces(whole_gpu: torch.device, tmp_path: Path) -> None:
    spec = wide(tmp_path)
    whole = train(spec)
    assert whole.micro_batch_size == 32
    total_mib = torch.cuda.mem_get_info(whole_gpu)[1] / 2**20
    share = 0.6 * whole.peak_memory_mib / total_mib
    cut = train(replace(spec, device=replace(GPU, gpu_fraction=share)))
    assert cut.micro_batch_size < 32
    assert cut.peak_memory_mib <= share * total_mib
    for one, other in zip(cut.evaluations, whole.evaluations, strict=True):
        assert one.metrics["loss"] == pytest.approx(other.metrics["loss"], abs=1e-3)


def test_what_cannot_fit_at_all_is_told(whole_gpu: torch.device, tmp_path: Path) -> None:
    spec = wide(tmp_path)
    total = torch.cuda.mem_get_info(whole_gpu)[1]
    tiny = replace(spec, device=replace(GPU, gpu_fraction=30 * 2**20 / total))
    with pytest.raises(TrainingOutOfMemoryError, match=torch.cuda.get_device_name()):
        train(tiny)
    assert train(replace(spec, model=TinyModel(dropout=0.0))).evaluations, "the process is sound"


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="one CUDA device")
def test_two_gpus_give_the_curve_of_one(spec_of: Make) -> None:
    alone, shared = train(spec_of(device=GPU)), train(spec_of(device=replace(GPU, processes=2)))
    for one, other in zip(shared.evaluations, alone.evaluations, strict=True):
        assert one.metrics["loss"] == pytest.approx(other.metrics["loss"], abs=1e-3)


@pytest.mark.skipif(torch.cuda.device_count() > 7, reason="as many CUDA devices as are asked for")
def test_more_processes_than_gpus_are_refused(spec_of: Make) -> None:
    with pytest.raises(InputError, match=r"device\.processes: must be at most"):
        train(spec_of(device=replace(GPU, processes=8)))
