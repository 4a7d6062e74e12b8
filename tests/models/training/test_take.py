"""A training that takes over another one's checkpoint goes on as that one would have, with its own settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from models.errors import InputError, TrainingLeftError
from models.spec import Change, FullTuning, LayerwiseDecayTuning, LoraTuning, TinyModel, TrainSpec
from models.training import Evaluation, Taking, Wish, check_spec, keep_aside, newest_checkpoint, take, train

Make = Callable[..., TrainSpec]
OTHER = {"learning_rate": 3e-3, "weight_decay": 0.3, "adam_beta1": 0.8, "max_grad_norm": 0.1}
COURSE: dict[str, Any] = {"epochs": 3, "batch_size": 4, "eval_every_steps": 4, "metric": "loss", "precision": "fp32"}


def left_at(spec: TrainSpec, folder: Path, step: int, **more: Any) -> Path:
    """Train until this step, leave, and keep the checkpoint aside."""
    with pytest.raises(TrainingLeftError):
        train(spec, out_dir=folder, ask=lambda now: Wish.LEAVE if now == step else Wish.GO_ON, **more)
    kept = keep_aside(folder, folder.parent / "kept" / folder.name)
    assert kept is not None
    return kept


def same(one: Evaluation, other: Evaluation) -> None:
    assert (one.step, one.learning_rate) == (other.step, other.learning_rate)
    assert one.metrics == pytest.approx(other.metrics, abs=1e-6)
    assert one.train_loss == pytest.approx(other.train_loss, abs=1e-6)


@pytest.mark.parametrize(
    ("tuning", "schedule"),
    [(FullTuning(), "linear"), (LoraTuning(dropout=0.1), "cosine"), (LayerwiseDecayTuning(decay=0.5), "polynomial")],
    ids=["full", "lora", "llrd"],
)
def test_it_equals_one_training_with_the_change(spec_of: Make, tmp_path: Path, tuning: Any, schedule: str) -> None:
    spec = spec_of(model=TinyModel(), tuning=tuning, lr_schedule=schedule, learning_rate=1e-3, **COURSE)
    changed = replace(spec, changes=(Change.of(8, OTHER),))
    kept = left_at(spec, tmp_path / "source", 8)
    taker = tmp_path / "taker"
    left_at(replace(spec, train=replace(spec.train, learning_rate=1e-5)), taker, 8)
    take(Taking(str(kept), "0/8"), taker)
    result = train(changed, out_dir=taker, resume=True)

    whole = train(changed, out_dir=tmp_path / "whole")
    plain = train(spec)
    for one, other in zip(result.evaluations, whole.evaluations[2:], strict=True):
        same(one, other)
    assert [e.metrics for e in whole.evaluations[:2]] == [e.metrics for e in plain.evaluations[:2]]
    assert whole.evaluations[-1].metrics["loss"] != plain.evaluations[-1].metrics["loss"]
    expected, got = (load_file(f / "best" / "model.safetensors") for f in (tmp_path / "whole", taker))
    assert whole.best_step > 8
    assert all(torch.equal(value, got[name]) for name, value in expected.items())


def test_with_a_rate_of_nearly_nothing_it_measures_what_the_source_measured(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(), learning_rate=1e-3, weight_decay=0.0, **COURSE)
    kept = left_at(spec, tmp_path / "source", 8)
    measured: list[Evaluation] = []
    train(spec, measured.append, tmp_path / "source", resume=True)
    still = replace(spec, changes=(Change.of(8, {"learning_rate": 1e-12}),))
    take(Taking(str(kept), "0/8"), tmp_path / "taker")
    result = train(still, out_dir=tmp_path / "taker", resume=True)
    source = next(e for e in train(spec).evaluations if e.step == 8)
    assert result.evaluations[0].metrics == pytest.approx(source.metrics, abs=1e-6)
    assert measured[0].metrics["loss"] != pytest.approx(source.metrics["loss"], abs=1e-6), "the source went on"


def test_an_interruption_after_the_change_changes_nothing(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(), learning_rate=1e-3, lr_schedule="cosine", **COURSE)
    changed = replace(spec, changes=(Change.of(4, OTHER), Change.of(12, {"learning_rate": 2e-4})))
    left_at(changed, tmp_path / "parts", 9)
    left_at(changed, tmp_path / "parts", 12, resume=True)
    result = train(changed, out_dir=tmp_path / "parts", resume=True)
    whole = train(changed)
    assert len(result.evaluations) == len(whole.evaluations)
    for one, other in zip(result.evaluations, whole.evaluations, strict=True):
        same(one, other)


def test_it_is_taken_once(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(), **COURSE)
    taking = Taking(str(left_at(spec, tmp_path / "source", 4)), "0/4")
    taker = tmp_path / "taker"
    take(taking, taker)
    changed = replace(spec, changes=(Change.of(4, OTHER),))
    left_at(changed, taker, 9, resume=True)
    take(taking, taker)
    found = newest_checkpoint(taker)
    assert found is not None
    assert found.name == "step-00000009", "its own progress since is kept"
    take(Taking(taking.folder, "1/4"), taker)
    assert newest_checkpoint(taker).name == "step-00000004"  # type: ignore[union-attr]


def test_a_checkpoint_of_another_course_is_refused(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(), **COURSE)
    kept = left_at(replace(spec, changes=(Change.of(2, {"learning_rate": 1e-3}),)), tmp_path / "source", 4)
    take(Taking(str(kept), "0/4"), tmp_path / "taker")
    with pytest.raises(InputError, match="this very training"):
        train(spec, out_dir=tmp_path / "taker", resume=True)


def test_a_broken_or_missing_checkpoint_is_refused_and_nothing_is_lost(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(), **COURSE)
    kept = left_at(spec, tmp_path / "source", 4)
    (kept / "optimizer.pt").unlink()
    for folder in (kept, tmp_path / "none" / "step-00000004"):
        with pytest.raises(InputError, match="must be a whole checkpoint"):
            take(Taking(str(folder), "0/4"), tmp_path / "source")
    assert newest_checkpoint(tmp_path / "source") is not None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ((Change.of(2, {"batch_size": 8}),), "cannot change in the middle"),
        ((Change.of(2, {"learning_rate": 7}),), "must be"),
        ((Change.of(2, {}), Change.of(1, {})), "must not be below"),
    ],
)
def test_changes_are_checked(spec_of: Make, changes: tuple[Change, ...], rule: str) -> None:
    (problem,) = check_spec(replace(spec_of(), changes=changes))
    assert problem.where.startswith("changes[")
    assert rule in problem.message
