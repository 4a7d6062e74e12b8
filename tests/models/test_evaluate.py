"""A trained model's folder on a split."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import InputError
from models.evaluate import evaluate, rows_of
from models.spec import LoraTuning, TrainSpec
from models.training import train


def test_on_the_validation_rows_it_measures_what_the_training_did(
    spec_of: Callable[..., TrainSpec], tmp_path: Path
) -> None:
    spec = spec_of(tuning=LoraTuning(rank=4), epochs=4, learning_rate=5e-3)
    result = train(spec, out_dir=tmp_path)
    best = next(entry for entry in result.evaluations if entry.step == result.best_step)
    found = evaluate(str(result.weights), spec, "validation")
    assert found.rows == rows_of(spec, "validation") == 20
    assert found.metrics == pytest.approx(best.metrics, abs=1e-5)


def test_test_rows_are_others_and_may_be_missing(spec_of: Callable[..., TrainSpec], tmp_path: Path) -> None:
    spec = spec_of(epochs=1)
    result = train(spec, out_dir=tmp_path)
    with pytest.raises(InputError, match=r"data\.test: has no rows"):
        evaluate(str(result.weights), spec)
    cut = replace(spec, data=replace(spec.data, test=spec.data.train))
    assert rows_of(cut, "test") == 32
    assert evaluate(str(result.weights), cut).rows == 32
    assert evaluate(str(result.weights), cut).metrics == evaluate(str(result.weights), cut, "train").metrics
