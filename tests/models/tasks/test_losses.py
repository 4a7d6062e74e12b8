import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

from models.tasks.losses import CrossEntropy, balanced_weights

LABELS = np.array([0] * 7 + [1] * 2 + [2])


def test_balanced_weights_are_scikit_learns() -> None:
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)
    assert balanced_weights(LABELS, 3) == pytest.approx(expected)


def test_absent_class_weighs_nothing() -> None:
    assert balanced_weights(np.array([0, 0, 2]), 4).tolist() == pytest.approx([3 / 8, 0.0, 3 / 4, 0.0])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, np.array([0.5, 2.0, 4.0])])
def test_sum_over_weight_is_torchs_mean(weights: np.ndarray | None, smoothing: float) -> None:
    logits, labels = torch.randn(10, 3, generator=torch.Generator().manual_seed(0)), torch.from_numpy(LABELS)
    criterion = CrossEntropy(weights, smoothing)
    mean = criterion.loss_sum(logits, {"labels": labels}) / criterion.weight_of({"labels": labels})
    weight = None if weights is None else torch.as_tensor(weights, dtype=torch.float32)
    assert mean.item() == pytest.approx(
        functional.cross_entropy(logits, labels, weight=weight, label_smoothing=smoothing).item(), rel=1e-5
    )


def test_loss_is_fp32_whatever_the_logits_are() -> None:
    loss = CrossEntropy().loss_sum(torch.zeros(2, 3, dtype=torch.bfloat16), {"labels": torch.tensor([0, 1])})
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(2 * np.log(3))
