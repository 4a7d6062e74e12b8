"""Baselines of classification with several labels a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from datasets import Dataset
from sklearn.linear_model import LogisticRegression

from models.baselines.contract import BaselineData
from models.baselines.features import Features, training_rows
from models.metrics.multi_label import binary_cross_entropy, multi_label_scores

_INVERSE_REGULARIZATION = 10.0
"""Weaker than scikit-learn's 1, as usual for vectors of unit length."""


def most_frequent(data: BaselineData) -> dict[str, float]:
    """The most frequent set of labels for every row; its probabilities are the labels' shares."""
    train_nk, true_nk = _matrix(data.raw.train, data), _matrix(data.raw.validation, data)
    best, _ = Counter(tuple(sorted(row)) for row in data.raw.train["label"]).most_common(1)[0]
    predicted_nk = np.tile(_row(best, train_nk.shape[1]), (len(true_nk), 1))
    logits_nk = np.tile([_prior(labels_n) for labels_n in train_nk.T], (len(true_nk), 1))
    return {**multi_label_scores(true_nk, predicted_nk), "loss": binary_cross_entropy(logits_nk, true_nk)}


def logistic(data: BaselineData) -> dict[str, float]:
    """TF-IDF of words and characters, and a logistic regression of each label; predicted above one half."""
    train, pair = training_rows(data.raw.train), bool(data.about.get("pair"))
    features = Features.fit(train, pair)
    train_nf, validation_nf = features.matrix(train), features.matrix(data.raw.validation)
    columns = []
    for labels_n in _matrix(train, data).T:
        if labels_n.any() and not labels_n.all():
            model = LogisticRegression(C=_INVERSE_REGULARIZATION, tol=1e-3, max_iter=200).fit(train_nf, labels_n)
            columns.append(model.decision_function(validation_nf))
        else:
            columns.append(np.full(validation_nf.shape[0], _prior(labels_n)))
    logits_nk, true_nk = np.stack(columns, axis=1), _matrix(data.raw.validation, data)
    return {**multi_label_scores(true_nk, logits_nk > 0), "loss": binary_cross_entropy(logits_nk, true_nk)}


def _prior(labels_n: np.ndarray) -> float:
    """The log odds of a label, a row with it and a row without it added."""
    count = int(labels_n.sum())
    return float(np.log((count + 1) / (len(labels_n) - count + 1)))


def _row(labels: Iterable[int], classes: int) -> np.ndarray:
    row_k = np.zeros(classes, dtype=bool)
    row_k[list(labels)] = True
    return row_k


def _matrix(rows: Dataset, data: BaselineData) -> np.ndarray:
    classes = len(data.about["labels"])
    return np.stack([_row(labels, classes) for labels in rows["label"]])
