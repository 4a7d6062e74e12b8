"""A training that is left between two steps, wherever that is, goes on to the same bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from models.errors import TrainingLeftError
from models.spec import FullTuning, LoraTuning, TinyModel, TrainSpec
from models.training import Evaluation, TrainResult, Wish, newest_checkpoint, train

Make = Callable[..., TrainSpec]
# Three optimizer steps an epoch, the last of two passes; dropout draws in each.
SMALL: dict[str, Any] = {"epochs": 3, "batch_size": 4, "gradient_accumulation_steps": 3, "metric": "loss"}


class Asker:
    """Answers with a wish at some steps, and remembers when it was asked."""

    def __init__(self, **wishes: Wish) -> None:
        self._wishes = {int(step.removeprefix("at_")): wish for step, wish in wishes.items()}
        self.steps: list[int] = []

    def __call__(self, step: int) -> Wish:
        self.steps.append(step)
        return self._wishes.get(step, Wish.GO_ON)


def left(spec: TrainSpec, folder: Path, step: int, seen: list[Evaluation], *, resume: bool) -> None:
    with pytest.raises(TrainingLeftError, match=f"after step {step}") as caught:
        train(spec, seen.append, folder, resume=resume, ask=Asker(**{f"at_{step}": Wish.LEAVE}))
    assert caught.value.step == step
    found = newest_checkpoint(folder)
    assert found is not None
    assert found.name == f"step-{step:08d}"


def same_bits(result: TrainResult, whole: TrainResult) -> None:
    for one, other in zip(result.evaluations, whole.evaluations, strict=True):
        assert (one.step, one.metrics, one.learning_rate) == (other.step, other.metrics, other.learning_rate)
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-6)
    got, expected = (load_file(Path(str(r.weights)) / "model.safetensors") for r in (result, whole))
    assert got.keys() == expected.keys()
    assert all(torch.equal(value, got[name]) for name, value in expected.items())


@pytest.mark.parametrize("tuning", [FullTuning(), LoraTuning(dropout=0.1)], ids=["full", "lora"])
@pytest.mark.parametrize("evaluations", [{}, {"eval_every_steps": 2}], ids=["each epoch", "every two steps"])
@pytest.mark.parametrize("steps", [[1], [3], [2, 3, 5, 6]], ids=["mid-epoch", "epoch's end", "four times"])
def test_goes_on_to_the_same_bits(
    spec_of: Make, tmp_path: Path, steps: list[int], evaluations: dict[str, int], tuning: Any
) -> None:
    spec = spec_of(model=TinyModel(dropout=0.1), tuning=tuning, **SMALL, **evaluations)
    whole = train(spec, out_dir=tmp_path / "whole")
    seen: list[Evaluation] = []
    for step in steps:
        left(spec, tmp_path / "parts", step, seen, resume=step != steps[0])
    result = train(spec, seen.append, tmp_path / "parts", resume=True)
    same_bits(result, whole)
    assert [e.step for e in seen] == [e.step for e in whole.evaluations], "each evaluation once"
    assert newest_checkpoint(tmp_path / "parts") is None


def test_asks_between_every_two_steps_after_the_evaluation(spec_of: Make) -> None:
    order: list[str] = []

    def ask(step: int) -> Wish:
        order.append(f"asked {step}")
        return Wish.GO_ON

    train(spec_of(epochs=2, batch_size=16), lambda e: order.append(f"evaluated {e.step}"), ask=ask)
    assert order == ["asked 1", "evaluated 2", "asked 2", "asked 3", "evaluated 4"]


def test_is_not_asked_after_the_last_step(spec_of: Make) -> None:
    shorter, patient = Asker(), Asker()
    train(spec_of(max_steps=3), ask=shorter)
    assert shorter.steps == [1, 2]
    result = train(spec_of(epochs=5, early_stopping_patience=1, early_stopping_min_delta=9.0), ask=patient)
    assert result.stopped_early
    assert patient.steps == [1, 2, 3]


def test_saves_and_goes_on(spec_of: Make, tmp_path: Path) -> None:
    def ask(step: int) -> Wish:
        names.append([path.name for path in sorted((tmp_path / "checkpoints").glob("*"))])
        return Wish.SAVE if step != 3 else Wish.GO_ON

    names: list[list[str]] = []
    spec = spec_of(epochs=3, checkpoint_every_steps=3)
    assert train(spec, None, tmp_path, ask=ask).evaluations[-1].step == 6
    assert names[:4] == [[], ["step-00000001"], ["step-00000001", "step-00000002"], ["step-00000002", "step-00000003"]]


def test_leaves_without_a_folder_too(spec_of: Make) -> None:
    with pytest.raises(TrainingLeftError):
        train(spec_of(), ask=Asker(at_1=Wish.LEAVE))
