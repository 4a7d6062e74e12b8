import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer

from models.metrics.summarization import longest_common, summarization_scores


def test_scores_are_rouge_scores_for_english() -> None:
    random = np.random.default_rng(0)
    text = "the a model Learns to predict 3.5 tokens, from data; we don't show results (well)"
    vocabulary = np.array(text.split())
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    predicted = [" ".join(random.choice(vocabulary, random.integers(1, 30))) for _ in range(40)]
    references = [
        [" ".join(random.choice(vocabulary, random.integers(1, 30))) for _ in range(row % 3 + 1)] for row in range(40)
    ]
    expected = [scorer.score_multi(row, text) for text, row in zip(predicted, references, strict=True)]
    assert summarization_scores(predicted, references) == pytest.approx(
        {name: np.mean([row[name].fmeasure for row in expected]) for name in ("rougeL", "rouge1", "rouge2")}
    )


def test_other_scripts_count() -> None:
    assert summarization_scores(["本文提出方法"], [["本文方法"]])["rougeL"] == pytest.approx(0.8)
    assert summarization_scores(["новый метод"], [["Новый подход"]])["rouge1"] == pytest.approx(0.5)
    assert summarization_scores([""], [["something"]]) == {"rougeL": 0, "rouge1": 0, "rouge2": 0}


def test_longest_common_is_that_of_the_table() -> None:
    random = np.random.default_rng(1)
    for _ in range(100):
        first, second = ("".join(random.choice(list("abcd"), random.integers(0, 12))) for _ in range(2))
        table = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
        for i, one in enumerate(first):
            for j, other in enumerate(second):
                table[i + 1, j + 1] = table[i, j] + 1 if one == other else max(table[i, j + 1], table[i + 1, j])
        assert longest_common(first, second) == table[-1, -1]
