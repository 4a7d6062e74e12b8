"""A frozen backbone's vectors are computed once, and the training is the plain one."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.predict import Predictor
from models.spec import HeadTuning, TinyModel, TrainSpec
from models.training import train

Make = Callable[..., TrainSpec]


@pytest.mark.parametrize("pooling", ["cls", "mean", "max", "last"])
def test_weights_are_those_of_the_plain_training(spec_of: Make, tmp_path: Path, pooling: str) -> None:
    model = TinyModel(dropout=0.0, pooling=pooling)
    spec = spec_of(tuning=HeadTuning(), model=model, learning_rate=1e-2, epochs=3)
    # An augmentation needs the tokens anew in each epoch; this one changes none of them.
    plain = replace(spec, train=replace(spec.train, token_deletion=1e-12))
    once, again = train(spec, out_dir=tmp_path / "once"), train(plain, out_dir=tmp_path / "again")
    assert [e.train_loss for e in once.evaluations] == pytest.approx([e.train_loss for e in again.evaluations])
    assert once.evaluations[-1].metrics == pytest.approx(again.evaluations[-1].metrics, abs=1e-5)
    weights = [load_file(tmp_path / name / "best" / "model.safetensors") for name in ("once", "again")]
    assert weights[0].keys() == weights[1].keys()
    for name, value in weights[0].items():
        assert torch.allclose(value, weights[1][name], atol=1e-5), name


def test_saved_model_computes_them_itself(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(tuning=HeadTuning(), learning_rate=1e-2, epochs=3, metric="loss")
    result = train(spec, out_dir=tmp_path)
    rows = [json.loads(line) for line in Path(str(spec.data.validation)).read_text(encoding="utf-8").splitlines()]
    predicted = Predictor.load(str(result.weights)).predict([row["text"] for row in rows])
    likelihoods = [math.log(one["scores"][row["label"]]) for one, row in zip(predicted, rows, strict=True)]
    assert -sum(likelihoods) / len(rows) == pytest.approx(result.best_value, abs=1e-5)
