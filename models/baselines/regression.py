"""Baselines of predicting a number."""

from __future__ import annotations

import numpy as np
from datasets import Dataset
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from models.baselines.contract import BaselineData
from models.baselines.features import Features, training_rows
from models.metrics.characters import words
from models.metrics.regression import regression_scores


def mean(data: BaselineData) -> dict[str, float]:
    """The mean of the training rows for every row."""
    true_n = np.asarray(data.raw.validation["label"], dtype=np.float64)
    return regression_scores(true_n, np.full(len(true_n), np.mean(data.raw.train["label"])))


def ridge(data: BaselineData) -> dict[str, float]:
    """Ridge regression: of single texts on TF-IDF features, of pairs on how alike their texts are."""
    train, pair = training_rows(data.raw.train), bool(data.about.get("pair"))
    features, labels_n = Features.fit(train, pair), np.asarray(train["label"], dtype=np.float64)
    true_n = np.asarray(data.raw.validation["label"], dtype=np.float64)
    if pair:
        scaler = StandardScaler()
        alike_nf = scaler.fit_transform(_alikeness(train, features))
        predicted_n = (
            Ridge().fit(alike_nf, labels_n).predict(scaler.transform(_alikeness(data.raw.validation, features)))
        )
    else:
        # A short iteration: sparse features by the ten thousands have no cheap closed solution.
        model = Ridge(solver="lsqr", tol=1e-3).fit(features.matrix(train), labels_n)
        predicted_n = model.predict(features.matrix(data.raw.validation))
    return regression_scores(true_n, predicted_n)


def _alikeness(rows: Dataset, features: Features) -> np.ndarray:
    """Cosines of the TF-IDF vectors, the share of common words, and the relation of lengths, with their squares."""
    cosines = [np.asarray(first.multiply(second).sum(axis=1)).ravel() for first, second in features.sides(rows)]
    counted = [[set(words(text)) for text in rows[column]] for column in ("text", "text_pair")]
    pairs = list(zip(*counted, strict=True))
    common_n = np.array([len(first & second) / max(len(first | second), 1) for first, second in pairs])
    length_n = np.array([(1 + min(map(len, pair))) / (1 + max(map(len, pair))) for pair in pairs])
    plain_nf = np.stack([*cosines, common_n, length_n], axis=1)
    return np.concatenate([plain_nf, plain_nf**2], axis=1)
