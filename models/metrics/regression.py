"""Metrics of predicted numbers.

Shapes: N rows. SciPy and scikit-learn give the same numbers, but for constant values, whose correlation is 0 here: a
model that always says the same has learned nothing, and a search must be able to rank it. NaN shows in every metric.
"""

from __future__ import annotations

import numpy as np


def ranks(values_n: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values sharing the mean of their ranks: (N,) float64."""
    _, group_n, count_g = np.unique(values_n, return_inverse=True, return_counts=True)
    last_g = np.cumsum(count_g)
    return (last_g - (count_g - 1) / 2)[group_n]


def pearson(labels_n: np.ndarray, predicted_n: np.ndarray) -> float:
    """Linear correlation; 0 when either side is constant."""
    true, predicted = labels_n.astype(np.float64), predicted_n.astype(np.float64)
    if not (np.isfinite(true).all() and np.isfinite(predicted).all()):
        return float("nan")
    if np.ptp(true) == 0 or np.ptp(predicted) == 0:
        return 0.0
    # Scaled before squaring, so that values as small as 1e-200 keep their correlation.
    true, predicted = true - true.mean(), predicted - predicted.mean()
    true, predicted = true / np.abs(true).max(), predicted / np.abs(predicted).max()
    correlation = true @ predicted / np.sqrt((true @ true) * (predicted @ predicted))
    return float(np.clip(correlation, -1.0, 1.0))


def spearman(labels_n: np.ndarray, predicted_n: np.ndarray) -> float:
    """Correlation of the ranks (Spearman 1904), ties averaged; 0 when either side is constant."""
    if not (np.isfinite(labels_n).all() and np.isfinite(predicted_n).all()):
        return float("nan")
    return pearson(ranks(labels_n), ranks(predicted_n))


def mse(labels_n: np.ndarray, predicted_n: np.ndarray) -> float:
    """Mean squared error."""
    return float(np.square(labels_n.astype(np.float64) - predicted_n).mean())


def mae(labels_n: np.ndarray, predicted_n: np.ndarray) -> float:
    """Mean absolute error."""
    return float(np.abs(labels_n.astype(np.float64) - predicted_n).mean())


def regression_scores(labels_n: np.ndarray, predicted_n: np.ndarray) -> dict[str, float]:
    """All metrics of regression but the loss; both arguments (N,) numbers on the labels' own scale."""
    return {
        "spearman": spearman(labels_n, predicted_n),
        "pearson": pearson(labels_n, predicted_n),
        "mse": mse(labels_n, predicted_n),
        "mae": mae(labels_n, predicted_n),
    }
