"""Text classification through the task contract."""

from collections.abc import Mapping
from typing import ClassVar

import pytest

from models.predict import Predictor
from tests.contract.task_contract import TaskContract
from tests.models.tasks.sentences import REVIEWS


class TestTextClassification(TaskContract):
    task = "text_classification"
    rows = REVIEWS
    overfitting: ClassVar = {"epochs": 30, "learning_rate": 1e-2, "batch_size": 16}
    best: ClassVar = {"accuracy": 0.95, "macro_f1": 0.95}

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found = predictor.predict(self.inputs(self.rows))
        right = [one["label"] == row["label"] for one, row in zip(found, self.rows, strict=True)]
        assert sum(right) / len(right) == pytest.approx(reached["accuracy"])
        for one in found:
            assert one["score"] == max(one["scores"].values()) == one["scores"][one["label"]]
            assert sum(one["scores"].values()) == pytest.approx(1.0)
