"""Regression through the task contract, and the numbers' own scale."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from models.metrics.regression import regression_scores
from models.predict import Predictor
from models.spec import FileData, TrainSpec
from models.training import train
from tests.contract.task_contract import TaskContract, write_rows
from tests.models.tasks.sentences import STARS


class TestRegression(TaskContract):
    task = "regression"
    rows = STARS
    overfitting: ClassVar = {"epochs": 60, "learning_rate": 1e-2}
    best: ClassVar = {"spearman": 0.95, "pearson": 0.95}

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found = np.array([one["value"] for one in predictor.predict(self.inputs(self.rows))])
        scores = regression_scores(np.array([row["label"] for row in self.rows]), found)
        assert scores == pytest.approx({name: reached[name] for name in scores}, rel=1e-3, abs=1e-3)


def test_every_scale_trains_alike_and_predicts_its_own_numbers(
    spec_of: Callable[..., TrainSpec], tmp_path: Path
) -> None:
    def trained(name: str, factor: float, shift: float) -> tuple[np.ndarray, dict[str, float]]:
        rows = [{**row, "label": row["label"] * factor + shift} for row in STARS]
        path = write_rows(tmp_path / f"{name}.jsonl", rows)
        data = FileData(source="json", task="regression", train=path, validation=path, test_fraction=0.0)
        result = train(replace(spec_of(epochs=8, learning_rate=1e-2), data=data), None, tmp_path / name)
        found = Predictor.load(str(result.weights)).predict([row["text"] for row in STARS])
        return np.array([one["value"] for one in found]), result.evaluations[-1].metrics

    plain_n, plain = trained("plain", 1.0, 0.0)
    assert np.ptp(plain_n) > 1.0  # Else any scale would pass.
    assert plain["loss"] == pytest.approx(plain["mse"] / np.var([row["label"] for row in STARS]))
    for name, factor, shift in (("large", 1000.0, 5e5), ("small", 1e-3, -2.0)):
        scaled_n, scaled = trained(name, factor, shift)
        assert scaled_n == pytest.approx(plain_n * factor + shift, abs=0.01 * factor)
        assert scaled["loss"] == pytest.approx(plain["loss"], rel=1e-3)
        assert scaled["mae"] == pytest.approx(plain["mae"] * factor, rel=1e-3)
