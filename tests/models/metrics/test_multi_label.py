import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from models.metrics.multi_label import binary_cross_entropy, multi_label_scores


@given(st.integers(2, 5), st.integers(1, 30), st.floats(0, 1), st.integers(0, 10_000))
def test_scores_are_scikit_learns(labels: int, rows: int, share: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    true, predicted = random.random((rows, labels)) < share, random.random((rows, labels)) < 0.3
    assert multi_label_scores(true, predicted) == pytest.approx(
        {
            "micro_f1": f1_score(true, predicted, average="micro", zero_division=0),
            "macro_f1": f1_score(true, predicted, average="macro", zero_division=0),
            "subset_accuracy": accuracy_score(true, predicted),
        }
    )


def test_binary_cross_entropy_is_torchs_and_shows_nan() -> None:
    random = np.random.default_rng(0)
    logits, true = random.normal(size=(20, 4)) * 300, random.random((20, 4)) < 0.5
    expected = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(true).double())
    assert binary_cross_entropy(logits, true) == pytest.approx(expected.item())
    logits[3, 1] = np.nan
    assert np.isnan(binary_cross_entropy(logits, true))
