from types import SimpleNamespace

import numpy as np
import pytest

from models.baselines.base import run_baselines
from tests.models.baselines.rows import data, topics


def both(task, rows):
    trivial, better = run_baselines(task, rows)
    assert trivial.majority
    assert not better.majority
    assert min(trivial.seconds, better.seconds) > 0
    return trivial.metrics, better.metrics


def test_text_classification() -> None:
    (train, train_labels), (texts, labels) = topics(150, 0), topics(60, 1)
    rows = data({"text": train, "label": train_labels}, {"text": texts, "label": labels}, labels=["a", "b", "c"])
    trivial, better = both("text_classification", rows)
    assert trivial["accuracy"] == pytest.approx(labels.count(0) / 60)
    assert trivial["mcc"] == 0
    shares = [(train_labels.count(label) + 1) / 153 for label in range(3)]
    assert trivial["loss"] == pytest.approx(-np.mean([np.log(shares[label]) for label in labels]))
    assert better["accuracy"] > 0.9
    assert better["loss"] < trivial["loss"]


def test_pairs_are_compared() -> None:
    random = np.random.default_rng(0)

    def pairs(count):
        first = [" ".join(random.choice(list("abcdefghij"), 5)) for _ in range(count)]
        labels = random.integers(0, 2, count).tolist()
        second = [" ".join(sorted(text.split())) if same else "k l m" for text, same in zip(first, labels, strict=True)]
        return {"text": second, "text_pair": first, "label": labels}

    rows = data(pairs(80), pairs(40), labels=["no", "yes"], pair=True)
    _, better = both("text_classification", rows)
    assert better["accuracy"] == 1


def test_a_class_without_training_rows_gets_a_finite_loss() -> None:
    rows = data({"text": ["x y", "x z"], "label": [0, 1]}, {"text": ["x"], "label": [2]}, labels=["a", "b", "c"])
    for found in both("text_classification", rows):
        assert found["accuracy"] == 0
        assert np.isfinite(found["loss"])
    rows = data({"text": ["x", "y"], "label": [0, 0]}, {"text": ["x"], "label": [0]}, labels=["a", "b"])
    assert both("text_classification", rows)[1]["accuracy"] == 1


def test_multi_label() -> None:
    def labelled(count, seed):
        texts, labels = topics(count, seed)
        return {"text": texts, "label": [[1, 0] if label == 0 else [label] for label in labels]}

    train, validation = labelled(150, 0), labelled(60, 1)
    trivial, better = both("multi_label_classification", data(train, validation, labels=["a", "b", "c", "never"]))
    assert trivial["subset_accuracy"] == pytest.approx(validation["label"].count([1, 0]) / 60)
    assert better["micro_f1"] > 0.9 > trivial["micro_f1"]
    assert better["loss"] < trivial["loss"]


def test_regression_of_pairs_and_of_texts() -> None:
    random = np.random.default_rng(0)
    vocabulary = [f"word{number}" for number in range(200)]

    def pairs(count):
        shared = random.integers(0, 7, count)
        first = [random.choice(vocabulary, 6, replace=False) for _ in range(count)]
        second = [
            [*text[:same], *random.choice(vocabulary, 6 - same)] for text, same in zip(first, shared, strict=True)
        ]
        return {"text": list(map(" ".join, first)), "text_pair": list(map(" ".join, second)), "label": shared / 6.0}

    train, validation = pairs(150), pairs(60)
    trivial, better = both("regression", data(train, validation, pair=True))
    assert trivial["spearman"] == 0
    assert trivial["mse"] == pytest.approx(np.mean((validation["label"] - train["label"].mean()) ** 2))
    assert better["spearman"] > 0.9
    texts, labels = topics(150, 0)
    single = {"text": texts, "label": [float(label) for label in labels]}
    trivial, better = both("regression", data(single, single, pair=False))
    assert better["mse"] < trivial["mse"] / 2


def test_tags() -> None:
    train = {
        "tokens": [["in", "Paris", "now"], ["Paris", "fell"], ["to", "Rome"]],
        "label": [[0, 1, 0], [1, 0], [0, 1]],
    }
    validation = {"tokens": [["Rome", "fell", "in", "Oslo"]], "label": [[1, 0, 0, 1]]}
    trivial, better = both("token_classification", data(train, validation, labels=["O", "B-place"]))
    assert trivial == {"f1": 0, "precision": 0, "recall": 0, "accuracy": 0.5}
    assert better == pytest.approx({"f1": 2 / 3, "precision": 1, "recall": 0.5, "accuracy": 0.75})


def test_answers() -> None:
    rows = {
        "question": ["Who built the tower?", "誰寫了詩？"],  # noqa: RUF001
        "context": ["It is old. Eiffel built it. Many came.", "今天下雨。李白寫了。"],
        "answers": [["Eiffel built it"], ["李白寫了"]],
    }
    trivial, better = both("question_answering", data(rows, rows))
    assert trivial["exact_match"] == 0
    assert better == {"f1": 1, "exact_match": 1}


def test_summaries() -> None:
    text = (
        "We begin. The network learns words and pictures. Networks are here. The network learns words. Pictures help."
    )
    rows = {"text": [text], "target": ["x"], "references": [["The network learns words and pictures"]]}
    trivial, better = both("summarization", data(rows, rows))
    assert trivial["rouge1"] == 0
    assert better["rougeL"] > 0.7


def test_parts_are_put_together() -> None:
    texts, labels = topics(100, 0)
    tasks = {"topic": "text_classification", "number": "regression"}
    parts = {
        "topic": data({"text": texts, "label": labels}, {"text": texts, "label": labels}, labels=["a", "b", "c"]),
        "number": data({"text": texts, "label": labels}, {"text": texts, "label": labels}),
    }
    trivial, better = both(
        "multi_task", SimpleNamespace(parts=parts, about={"tasks": tasks, "weights": {"number": 3.0}})
    )
    assert trivial["score"] == pytest.approx(labels.count(0) / 100 / 4)
    assert better["score"] == pytest.approx((better["topic/accuracy"] + 3 * better["number/spearman"]) / 4)
    assert better["score"] > 0.8
