"""Metrics of classification, from the confusion matrix.

scikit-learn gives the same numbers (tests compare them); importing it costs a trial process half a second.
Shapes: N rows, K classes; the confusion matrix has a row a true class and a column a predicted class.
"""

from __future__ import annotations

import numpy as np


def confusion(labels_n: np.ndarray, predicted_n: np.ndarray, classes: int) -> np.ndarray:
    """Counts of (true, predicted): (K, K) int64."""
    flat = np.bincount(labels_n * classes + predicted_n, minlength=classes * classes)
    return flat.reshape(classes, classes)


def accuracy(confusion_kk: np.ndarray) -> float:
    """Share of rows predicted right."""
    return float(np.trace(confusion_kk) / confusion_kk.sum())


def macro_f1(confusion_kk: np.ndarray) -> float:
    """Mean of the classes' F1, over classes that are true or predicted of any row."""
    right_k = np.diag(confusion_kk).astype(np.float64)
    named_k = confusion_kk.sum(axis=0) + confusion_kk.sum(axis=1)
    present_k = named_k > 0
    return float((2 * right_k[present_k] / named_k[present_k]).mean())


def mcc(confusion_kk: np.ndarray) -> float:
    """Matthews correlation coefficient for K classes (Gorodkin 2004); 0 when it is undefined."""
    counts = confusion_kk.astype(np.float64)
    total, right = counts.sum(), np.trace(counts)
    true_k, predicted_k = counts.sum(axis=1), counts.sum(axis=0)
    covariance = right * total - true_k @ predicted_k
    spread = (total**2 - predicted_k @ predicted_k) * (total**2 - true_k @ true_k)
    return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0


def positive_f1(confusion_22: np.ndarray) -> float:
    """F1 of the second of two classes, the positive one; 0 when it is neither true nor predicted of any row."""
    named = confusion_22[1].sum() + confusion_22[:, 1].sum()
    return float(2 * confusion_22[1, 1] / named) if named else 0.0


def cross_entropy(logits_nk: np.ndarray, labels_n: np.ndarray) -> float:
    """Mean negative log-likelihood of the true classes, in nats; NaN or infinite logits show in it."""
    logits = logits_nk.astype(np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum_n = np.log(np.exp(shifted).sum(axis=1))
    return float((log_sum_n - shifted[np.arange(len(labels_n)), labels_n]).mean())


def text_classification_scores(labels_n: np.ndarray, predicted_n: np.ndarray, classes: int) -> dict[str, float]:
    """All metrics of text_classification but the loss; `f1` for two classes only.

    Args:
        labels_n: True classes, integers from 0.
        predicted_n: Predicted classes.
        classes: How many classes there are.
    """
    counts_kk = confusion(labels_n, predicted_n, classes)
    scores = {"accuracy": accuracy(counts_kk), "macro_f1": macro_f1(counts_kk), "mcc": mcc(counts_kk)}
    return scores | ({"f1": positive_f1(counts_kk)} if classes == 2 else {})
