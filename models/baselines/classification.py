"""Baselines of text classification."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.baselines.contract import BaselineData
from models.baselines.features import Features, training_rows
from models.metrics.classification import cross_entropy, text_classification_scores

_INVERSE_REGULARIZATION = 10.0
"""Weaker than scikit-learn's 1, as usual for vectors of unit length."""


def most_frequent(data: BaselineData) -> dict[str, float]:
    """The most frequent class for every row; its probabilities are the classes' shares, add-one smoothed."""
    classes = len(data.about["labels"])
    counts_k = np.bincount(np.asarray(data.raw.train["label"]), minlength=classes) + 1
    true_n = np.asarray(data.raw.validation["label"])
    logits_nk = np.tile(np.log(counts_k), (len(true_n), 1))
    return _scores(true_n, logits_nk, counts_k.argmax().repeat(len(true_n)))


def logistic(data: BaselineData) -> dict[str, float]:
    """TF-IDF of words and characters, and multinomial logistic regression."""
    train, pair = training_rows(data.raw.train), bool(data.about.get("pair"))
    labels_n = np.asarray(train["label"])
    if len(np.unique(labels_n)) < 2:
        return most_frequent(data)
    features = Features.fit(train, pair)
    # The tolerance is loose: the last digits of the weights change no prediction.
    model = LogisticRegression(C=_INVERSE_REGULARIZATION, tol=1e-3, max_iter=200).fit(features.matrix(train), labels_n)
    true_n = np.asarray(data.raw.validation["label"])
    # A class that no training row has is given next to no probability.
    logits_nk = np.full((len(true_n), len(data.about["labels"])), np.log(1 / (len(train) + 1)))
    logits_nk[:, model.classes_] = model.predict_log_proba(features.matrix(data.raw.validation))
    return _scores(true_n, logits_nk, logits_nk.argmax(axis=1))


def _scores(true_n: np.ndarray, logits_nk: np.ndarray, predicted_n: np.ndarray) -> dict[str, float]:
    scores = text_classification_scores(true_n, predicted_n, logits_nk.shape[1])
    return {**scores, "loss": cross_entropy(logits_nk, true_n)}
