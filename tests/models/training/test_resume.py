"""A training that was interrupted goes on as if it had not been."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from models.errors import InputError
from models.spec import FullTuning, GradualTuning, LayerwiseDecayTuning, LoraTuning, TinyModel, TrainSpec
from models.training import Evaluation, train
from models.training.checkpoint import newest

Make = Callable[..., TrainSpec]


class InterruptedTrainingError(Exception):
    """Raised in the middle of a training."""


def interrupted(spec: TrainSpec, folder: Path, step: int) -> Path:
    """Train until the first evaluation at or after this step, then break off. Returns the newest checkpoint."""

    def report(evaluation: Evaluation) -> None:
        if evaluation.step >= step:
            raise InterruptedTrainingError

    with pytest.raises(InterruptedTrainingError):
        train(spec, report, folder)
    found = newest(folder)
    assert found is not None
    return found


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "best" / "model.safetensors")


@pytest.mark.parametrize(
    ("tuning", "changes"),
    [
        (FullTuning(), {}),
        (FullTuning(), {"batch_size": 4, "gradient_accumulation_steps": 3}),
        (FullTuning(), {"token_deletion": 0.2, "token_swap": 0.2}),
        (FullTuning(), {"mixup_alpha": 0.4}),
        (LoraTuning(dropout=0.1), {"learning_rate": 1e-2}),
        (GradualTuning(epochs_per_layer=0.5), {}),
        (LayerwiseDecayTuning(decay=0.5), {"lr_schedule": "cosine"}),
    ],
    ids=["full", "accumulation", "deletion and swap", "mixup", "lora", "gradual", "llrd"],
)
@pytest.mark.parametrize(("every", "stop"), [(5, 6), (8, 10)], ids=["mid-epoch", "at the end of an epoch"])
def test_same_weights_and_measurements(
    spec_of: Make, tmp_path: Path, tuning: Any, changes: dict[str, Any], every: int, stop: int
) -> None:
    # Every step lowers the loss of an easy problem, so that the best weights are those of the last step.
    changes = {"epochs": 3, "batch_size": 4, "eval_every_steps": 2, "learning_rate": 1e-3, **changes}
    if changes.get("gradient_accumulation_steps"):
        every, stop = (2, 4) if every == 5 else (3, 4)  # three steps an epoch, the last of two passes
    spec = spec_of(model=TinyModel(), tuning=tuning, metric="loss", checkpoint_every_steps=every, **changes)
    whole = train(spec, out_dir=tmp_path / "whole")
    assert whole.best_step == whole.evaluations[-1].step
    found = interrupted(spec, tmp_path / "parts", stop)
    saved = (stop - 1) // every * every  # the interruption comes before the checkpoint of the same step
    assert found.name == f"step-{saved:08d}"

    seen: list[Evaluation] = []
    result = train(spec, seen.append, tmp_path / "parts", resume=True)

    assert seen[0].step > saved
    expected, got = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert expected.keys() == got.keys()
    for name, value in expected.items():
        assert torch.allclose(value, got[name], rtol=0, atol=1e-6), name
    course = [(e.step, e.metrics, e.train_loss, e.learning_rate) for e in result.evaluations]
    assert [one[0] for one in course] == [e.step for e in whole.evaluations]
    for one, e in zip(course, whole.evaluations, strict=True):
        assert one[1:] == (pytest.approx(e.metrics, abs=1e-6), pytest.approx(e.train_loss), e.learning_rate)
    assert newest(tmp_path / "parts") is None, "a finished training needs no checkpoint"


def test_without_a_checkpoint_it_begins(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(epochs=1)
    assert train(spec, out_dir=tmp_path, resume=True).evaluations[0].step == 2


def test_a_checkpoint_that_was_not_finished_is_none(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(checkpoint_every_steps=1, eval_every_steps=2)
    found = interrupted(spec, tmp_path, 2)
    shutil.copytree(found, found.with_name(".step-00000099"))
    assert newest(tmp_path) == found


def test_checkpoint_of_another_training_is_refused(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(checkpoint_every_steps=1, eval_every_steps=2)
    interrupted(spec, tmp_path, 2)
    other = replace(spec, train=replace(spec.train, learning_rate=1e-2))
    with pytest.raises(InputError, match="this very training"):
        train(other, out_dir=tmp_path, resume=True)
