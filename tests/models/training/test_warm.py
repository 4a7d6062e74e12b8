"""A training that begins with the weights of another one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from models.errors import InputError, TrainingLeftError
from models.spec import (
    FullTuning,
    GradualTuning,
    HeadTuning,
    LoraTuning,
    PrefixTuning,
    PromptTuning,
    TinyModel,
    TrainSpec,
)
from models.training import Wish, train

Make = Callable[..., TrainSpec]
TUNINGS = {
    "full": FullTuning(),
    "lora": LoraTuning(),
    "head": HeadTuning(),
    "prompt": PromptTuning(tokens=3),
    "prefix": PrefixTuning(tokens=3),
}
LEAVE_AT_3 = {3: Wish.LEAVE}
STILL = {"max_steps": 1, "learning_rate": 1e-12, "weight_decay": 0.0}


def best_of(spec_of: Make, folder: Path, tuning: str = "full", **changes: Any) -> dict[str, float]:
    """The metrics of the weights that a training keeps, which is the parent of what follows."""
    rate = {"full": 5e-3, "head": 0.5}.get(tuning, 5e-2)
    spec = spec_of(tuning=TUNINGS[tuning], epochs=8, learning_rate=rate, metric="loss", **changes)
    result = train(spec, None, folder)
    assert result.best_step > result.evaluations[0].step, "it learned something"
    return next(one.metrics for one in result.evaluations if one.step == result.best_step)


@pytest.mark.parametrize("name", TUNINGS)
def test_it_begins_where_the_parent_was_best(spec_of: Make, tmp_path: Path, name: str) -> None:
    parent = best_of(spec_of, tmp_path / "parent", name)
    child, cold = (
        train(spec_of(tuning=TUNINGS[name], seed=7, **STILL), start_from=start).evaluations[0].metrics
        for start in (tmp_path / "parent" / "best", None)
    )
    assert child == pytest.approx(parent, abs=1e-5)
    assert cold["loss"] != pytest.approx(child["loss"], abs=1e-4)


@pytest.mark.parametrize(
    ("theirs", "own"), [("lora", "full"), ("full", "lora"), ("lora", "head"), ("prefix", "prompt")]
)
def test_from_another_strategy(spec_of: Make, tmp_path: Path, theirs: str, own: str) -> None:
    parent = best_of(spec_of, tmp_path / "parent", theirs)
    start = tmp_path / "parent" / "best"
    child = train(spec_of(tuning=TUNINGS[own], **STILL), None, tmp_path / "child", start_from=start)
    if theirs in ("lora", "full"):
        assert child.evaluations[0].metrics == pytest.approx(parent, abs=1e-5)
    before, after = load_file(start / "model.safetensors"), load_file(tmp_path / "child" / "best" / "model.safetensors")
    shared = before.keys() & after.keys()
    assert any(name.startswith("backbone.") for name in shared)
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name in shared)


def test_frozen_features_are_those_of_the_parent(spec_of: Make, tmp_path: Path) -> None:
    """They are computed once a process for the pretrained weights, which these are not."""
    pretrained = train(spec_of(tuning=HeadTuning(), **STILL)).evaluations[0].metrics
    parent = best_of(spec_of, tmp_path / "parent")
    child = train(spec_of(tuning=HeadTuning(), **STILL), start_from=tmp_path / "parent" / "best")
    assert child.evaluations[0].metrics == pytest.approx(parent, abs=1e-5)
    again = train(spec_of(tuning=HeadTuning(), **STILL)).evaluations[0].metrics
    assert again == pytest.approx(pretrained)


@pytest.mark.parametrize("tuning", [LoraTuning(), GradualTuning(), HeadTuning()], ids=["lora", "gradual", "head"])
def test_resumed_it_has_its_start_though_the_folder_is_gone(spec_of: Make, tmp_path: Path, tuning: Any) -> None:
    best_of(spec_of, tmp_path / "parent")
    start = tmp_path / "parent" / "best"
    spec = spec_of(tuning=tuning, epochs=3, learning_rate=1e-2)
    whole = train(spec, None, tmp_path / "whole", start_from=start)
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path / "parts", start_from=start, ask=lambda step: LEAVE_AT_3.get(step, Wish.GO_ON))
    shutil.rmtree(tmp_path / "parent")
    result = train(spec, None, tmp_path / "parts", resume=True)
    assert [e.metrics for e in result.evaluations] == [e.metrics for e in whole.evaluations]
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["best"]


def test_a_checkpoint_counts_more_than_a_start(spec_of: Make, tmp_path: Path) -> None:
    best_of(spec_of, tmp_path / "parent")
    spec = spec_of(tuning=LoraTuning(), epochs=3)
    whole = train(spec, None, tmp_path / "whole")
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path / "parts", ask=lambda step: Wish.LEAVE)
    result = train(spec, None, tmp_path / "parts", resume=True, start_from=tmp_path / "parent" / "best")
    assert [e.metrics for e in result.evaluations] == [e.metrics for e in whole.evaluations]


def test_weights_of_another_network_are_refused(spec_of: Make, tmp_path: Path) -> None:
    best_of(spec_of, tmp_path / "parent", model=TinyModel(hidden_size=16, dropout=0.0))
    with pytest.raises(InputError, match="start_from: must hold weights of this architecture"):
        train(spec_of(), start_from=tmp_path / "parent" / "best")


def test_weights_of_another_vocabulary_are_refused(spec_of: Make, tmp_path: Path) -> None:
    learned = TinyModel(vocabulary="learned", vocabulary_size=300, dropout=0.0)
    best_of(spec_of, tmp_path / "parent", model=learned)
    with pytest.raises(InputError, match="start_from: must be of a training with the same vocabulary"):
        train(spec_of(), start_from=tmp_path / "parent" / "best")


def test_what_is_no_trained_model_is_refused(spec_of: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a trained model's folder"):
        train(spec_of(), start_from=tmp_path)


def test_a_head_of_other_classes_begins_anew(spec_of: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    best_of(spec_of, tmp_path / "parent")
    data = replace(spec_of().data, labels=["down", "sideways", "up"])
    train(spec_of(data=data, **STILL), start_from=tmp_path / "parent" / "best")
    assert "weights that fit nowhere were left out of the start: head." in caplog.text
