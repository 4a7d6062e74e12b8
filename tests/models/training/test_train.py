import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.errors import InputError, TrainingDivergedError
from models.spec import Device, EmbeddedModel, FullTuning, LoraTuning, TinyModel, TrainSpec
from models.training import Evaluation, train

Make = Callable[..., TrainSpec]


def test_overfits_32_examples(spec_of: Make) -> None:
    files = spec_of().data
    spec = spec_of(epochs=12, learning_rate=5e-3, data=replace(files, validation=files.train))
    result = train(spec)
    assert result.best_value >= 0.95
    assert result.evaluations[-1].train_loss < 0.5 * result.evaluations[0].train_loss


def test_lora_overfits_too(spec_of: Make) -> None:
    files = spec_of().data
    data = replace(files, validation=files.train)
    result = train(spec_of(epochs=20, learning_rate=3e-2, tuning=LoraTuning(), data=data))
    assert result.best_value >= 0.95
    assert result.parameters.trainable < result.parameters.total / 10


def test_reports_every_evaluation_and_returns_them(spec_of: Make, tmp_path: Path) -> None:
    seen: list[Evaluation] = []
    result = train(spec_of(epochs=3, batch_size=8), seen.append, tmp_path)
    assert tuple(seen) == result.evaluations
    assert [(e.step, e.epoch) for e in seen] == [(4, 1.0), (8, 2.0), (12, 3.0)]
    assert all(set(e.metrics) == {"accuracy", "macro_f1", "mcc", "f1", "loss"} for e in seen)
    assert all(e.train_s > 0 and e.eval_s > 0 and e.samples_per_s > 0 and e.peak_memory_mib > 50 for e in seen)
    assert seen[0].improved
    assert [e.last for e in seen] == [False, False, True]
    assert seen[0].weights == result.weights == str(tmp_path / "best")
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
    assert result.best_value == max(e.metrics["accuracy"] for e in seen) == seen[-1].best_value
    assert (result.device, result.precision, result.stopped_early) == ("cpu", "fp32", False)
    assert result.seconds.train_s == pytest.approx(sum(e.train_s for e in seen), abs=0.05)


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"epochs": 5, "eval_every_epochs": 2}, [4, 8, 10]),
        ({"epochs": 2, "eval_every_steps": 3}, [3, 4]),
        ({"max_steps": 5, "eval_every_steps": 2}, [2, 4, 5]),
        ({"max_steps": 3}, [2, 3]),
        ({"max_steps": 3, "batch_size": 8, "gradient_accumulation_steps": 2}, [2, 3]),
    ],
)
def test_evaluations_are_where_asked_and_at_the_end(spec_of: Make, changes: dict[str, int], steps: list[int]) -> None:
    assert [e.step for e in train(spec_of(**changes)).evaluations] == steps


def test_same_seed_same_bits_and_other_seed_other_bits(spec_of: Make, tmp_path: Path) -> None:
    def weights(name: str, seed: int) -> dict[str, torch.Tensor]:
        train(spec_of(seed=seed, model=TinyModel()), out_dir=tmp_path / name)
        return load_file(tmp_path / name / "best" / "model.safetensors")

    first, second, other = weights("a", 1), weights("b", 1), weights("c", 2)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_accumulation_is_the_large_batch(spec_of: Make, tmp_path: Path) -> None:
    def weights(name: str, **changes: int) -> dict[str, torch.Tensor]:
        spec = spec_of(epochs=1, length_bucketing=False, class_weights="balanced", eval_every_steps=99, **changes)
        train(spec, out_dir=tmp_path / name)
        return load_file(tmp_path / name / "best" / "model.safetensors")

    small = weights("small", batch_size=8, gradient_accumulation_steps=2)
    large = weights("large", batch_size=16)
    for name, tensor in large.items():
        assert torch.allclose(tensor, small[name], atol=2e-5), name


def test_lora_changes_only_its_targets_and_the_head(spec_of: Make, tmp_path: Path) -> None:
    train(spec_of(tuning=LoraTuning(), learning_rate=1e-2), out_dir=tmp_path / "trained")
    train(spec_of(tuning=LoraTuning(), learning_rate=1e-30), out_dir=tmp_path / "still")
    trained, still = (load_file(tmp_path / name / "best" / "model.safetensors") for name in ("trained", "still"))
    changed = {name for name in trained if not torch.equal(trained[name], still[name])}
    layers = [f"backbone.encoder.layer.{n}.attention.self.{part}.weight" for n in (0, 1) for part in ("query", "value")]
    assert changed == {*layers, "head.weight", "head.bias"}


def test_patience_stops(spec_of: Make) -> None:
    spec = spec_of(epochs=9, learning_rate=1e-9, early_stopping_patience=2, early_stopping_min_delta=0.01)
    result = train(spec)
    assert result.stopped_early
    assert [e.improved for e in result.evaluations] == [True, False, False]
    assert result.best_epoch == 1.0


def test_loss_can_be_minimized(spec_of: Make) -> None:
    result = train(spec_of(metric="loss", maximize=False, epochs=3))
    assert result.best_value == min(e.metrics["loss"] for e in result.evaluations)


@pytest.mark.parametrize("gradient_norm", [0.0, 1.0])
def test_divergence_is_told_at_once(spec_of: Make, gradient_norm: float, tmp_path: Path) -> None:
    spec = spec_of(epochs=50, learning_rate=1.0, max_grad_norm=gradient_norm, adam_epsilon=1e-30, weight_decay=1e30)
    with pytest.raises(TrainingDivergedError) as caught:
        train(spec, out_dir=tmp_path)
    assert caught.value.step <= 4


def test_report_may_end_the_training(spec_of: Make, tmp_path: Path) -> None:
    calls = []

    def stop(evaluation: Evaluation) -> None:
        calls.append(evaluation)
        raise SystemExit(3)

    threads = torch.get_num_threads()
    with pytest.raises(SystemExit, match="3"):
        train(spec_of(epochs=50), stop, tmp_path)
    assert len(calls) == 1
    assert torch.get_num_threads() == threads
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
    assert math.isfinite(train(spec_of(epochs=1)).best_value)  # The process trains on.


def test_console_stays_empty(spec_of: Make, capfd: pytest.CaptureFixture[str]) -> None:
    train(spec_of())
    assert capfd.readouterr() == ("", "")


def test_gpu_where_there_is_none_is_an_input_error(spec_of: Make) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(InputError, match=r"device\.gpu"):
        train(spec_of(device=Device(gpu=True)))


def test_bf16_really_computes_in_bf16(spec_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)  # Computed anywhere, if slowly.
    seen: set[torch.dtype] = set()
    linear = torch.nn.functional.linear

    def spy(*args: torch.Tensor) -> torch.Tensor:
        result = linear(*args)
        seen.add(result.dtype)
        return result

    monkeypatch.setattr(torch.nn.functional, "linear", spy)
    result = train(spec_of(precision="bf16", epochs=1))
    assert (result.precision, seen) == ("bf16", {torch.bfloat16})
    seen.clear()
    assert (train(spec_of(precision="fp32", epochs=1)).precision, seen) == ("fp32", {torch.float32})


@pytest.mark.parametrize(("tuning", "learning_rate"), [(FullTuning(), 5e-4), (LoraTuning(rank=4), 2e-3)])
def test_minilm_learns(
    spec_of: Make, minilm: EmbeddedModel, tuning: FullTuning | LoraTuning, learning_rate: float
) -> None:
    params = {"epochs": 4, "learning_rate": learning_rate, "precision": "auto", "batch_size": 8}
    result = train(spec_of(model=minilm, tuning=tuning, **params))
    assert result.best_value >= 0.95
