"""Multi-label classification through the task contract, and rows without any label."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pytest
import torch

from models.metrics.multi_label import multi_label_scores
from models.predict import Predictor
from models.tasks.multi_label_classification import BinaryCrossEntropy
from tests.contract.task_contract import TaskContract
from tests.models.tasks.sentences import MENTIONS, TOPICS


class TestMultiLabelClassification(TaskContract):
    task = "multi_label_classification"
    rows = TOPICS
    overfitting: ClassVar = {"epochs": 40, "learning_rate": 1e-2}
    best: ClassVar = {"micro_f1": 0.95, "macro_f1": 0.95, "subset_accuracy": 0.95}

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found = predictor.predict(self.inputs(self.rows))
        wanted_nk, got_nk = (
            np.array([[name in labels for name in predictor.card.labels] for labels in lists])
            for lists in ([row["label"] for row in self.rows], [one["labels"] for one in found])
        )
        scores = multi_label_scores(wanted_nk, got_nk)
        assert scores == pytest.approx({name: reached[name] for name in scores})
        without = [one for one, row in zip(found, self.rows, strict=True) if not row["label"]]
        assert len(without) == 4
        for one in without:
            assert one["labels"] == []
            assert one["scores"].keys() == MENTIONS.keys()
            assert max(one["scores"].values()) < 0.5


def test_the_loss_is_the_mean_over_the_labels() -> None:
    logits_bk = torch.tensor([[0.0, 2.0], [-1.0, 0.5]])
    labels_bk = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    one = BinaryCrossEntropy(None, 0.0)
    by_hand = (np.log(2) + np.log1p(np.exp(-2.0)) + np.log1p(np.exp(-1.0)) + np.log1p(np.exp(0.5))) / 2
    assert one.loss_sum(logits_bk, {"labels": labels_bk}).item() == pytest.approx(by_hand)
    assert one.weight_of({"labels": labels_bk}) == 2


def test_weights_multiply_a_labels_yes_and_smoothing_moves_towards_one_half() -> None:
    logits_bk, yes = torch.tensor([[1.5]]), {"labels": torch.tensor([[1.0]])}
    plain = BinaryCrossEntropy(None, 0.0).loss_sum(logits_bk, yes).item()
    assert BinaryCrossEntropy(torch.tensor([3.0]), 0.0).loss_sum(logits_bk, yes).item() == pytest.approx(3 * plain)
    no = BinaryCrossEntropy(None, 0.0).loss_sum(logits_bk, {"labels": torch.tensor([[0.0]])}).item()
    smooth = BinaryCrossEntropy(None, 0.2).loss_sum(logits_bk, yes).item()
    assert smooth == pytest.approx(0.9 * plain + 0.1 * no)
