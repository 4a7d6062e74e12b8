import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, log_loss, matthews_corrcoef

from models.metrics.classification import confusion, cross_entropy, text_classification_scores


@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 10_000))
def test_scores_are_scikit_learns(classes: int, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    true, predicted = random.integers(0, classes, rows), random.integers(0, classes, rows)
    assert confusion(true, predicted, classes).sum() == rows
    assert text_classification_scores(true, predicted, classes) == pytest.approx(
        {
            "accuracy": accuracy_score(true, predicted),
            "macro_f1": f1_score(true, predicted, average="macro"),
            "mcc": matthews_corrcoef(true, predicted),
            **({"f1": f1_score(true, predicted, zero_division=0)} if classes == 2 else {}),
        },
        abs=1e-12,
    )


def test_cross_entropy_is_scikit_learns_and_shows_nan() -> None:
    random = np.random.default_rng(0)
    logits, true = random.normal(size=(30, 3)) * 5, np.arange(30) % 3
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert cross_entropy(logits, true) == pytest.approx(log_loss(true, probabilities))
    logits[3, 1] = np.nan
    assert np.isnan(cross_entropy(logits, true))
