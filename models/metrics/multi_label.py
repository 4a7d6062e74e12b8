"""Metrics of several labels a row.

Shapes: N rows, K labels; answers and predictions are (N, K) booleans. scikit-learn gives the same numbers.
"""

from __future__ import annotations

import numpy as np


def micro_f1(labels_nk: np.ndarray, predicted_nk: np.ndarray) -> float:
    """F1 of all row and label pairs together; 0 when no label is true or predicted."""
    named = int(labels_nk.sum()) + int(predicted_nk.sum())
    return 2 * int((labels_nk & predicted_nk).sum()) / named if named else 0.0


def macro_f1(labels_nk: np.ndarray, predicted_nk: np.ndarray) -> float:
    """Mean of the labels' F1; 0 for a label that is neither true nor predicted of any row."""
    right_k = (labels_nk & predicted_nk).sum(axis=0)
    named_k = labels_nk.sum(axis=0) + predicted_nk.sum(axis=0)
    return float((2 * right_k / np.maximum(named_k, 1)).mean())


def subset_accuracy(labels_nk: np.ndarray, predicted_nk: np.ndarray) -> float:
    """Share of rows whose labels are all predicted right."""
    return float((labels_nk == predicted_nk).all(axis=1).mean())


def binary_cross_entropy(logits_nk: np.ndarray, labels_nk: np.ndarray) -> float:
    """Mean negative log-likelihood over all rows and labels, in nats; NaN or infinite logits show in it."""
    logits = logits_nk.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return float((np.logaddexp(0.0, logits) - np.where(labels_nk, logits, 0.0)).mean())


def multi_label_scores(labels_nk: np.ndarray, predicted_nk: np.ndarray) -> dict[str, float]:
    """All metrics of multi_label_classification but the loss; both arguments (N, K) booleans."""
    true, predicted = labels_nk.astype(bool), predicted_nk.astype(bool)
    return {
        "micro_f1": micro_f1(true, predicted),
        "macro_f1": macro_f1(true, predicted),
        "subset_accuracy": subset_accuracy(true, predicted),
    }
