# ruff: noqa: RUF001 (Chinese punctuation)
import math

import numpy as np
import pytest

from models.metrics import METRICS, primary
from models.metrics.answers import question_answering_scores
from models.metrics.characters import joined, mostly_cjk, pieces, sentences, words
from models.metrics.classification import text_classification_scores
from models.metrics.entities import token_classification_scores
from models.metrics.language_modeling import language_modeling_scores, perplexity
from models.metrics.multi_label import multi_label_scores
from models.metrics.regression import regression_scores
from models.metrics.summarization import summarization_scores
from models.metrics.translation import translation_scores

ONE_ROW = {
    "text_classification": text_classification_scores(np.array([1]), np.array([1]), 2),
    "multi_label_classification": multi_label_scores(np.ones((1, 2)), np.ones((1, 2))),
    "regression": regression_scores(np.array([1.0]), np.array([1.0])),
    "token_classification": token_classification_scores([[1]], [[1]], ["O", "B-x"]),
    "question_answering": question_answering_scores(["x"], [["x"]]),
    "translation": translation_scores(["x"], [["x"]]),
    "summarization": summarization_scores(["x"], [["x"]]),
    "language_modeling": language_modeling_scores(1.0),
}


@pytest.mark.parametrize("task", METRICS)
def test_every_promised_metric_is_measured(task: str) -> None:
    assert {*ONE_ROW[task], "loss"} == set(METRICS[task])
    assert primary(task) == next(iter(METRICS[task]))


def test_perplexity() -> None:
    assert perplexity(0.0) == 1
    assert perplexity(math.log(50)) == pytest.approx(50)
    assert perplexity(800.0) == math.inf
    assert math.isnan(perplexity(math.nan))


def test_words_of_all_scripts() -> None:
    assert words("Héllo_world, हिन्दी 한국어 中文abc データ 3.5") == [
        *("héllo", "world", "हिन्दी", "한국어", "中", "文", "abc", "デ", "ー", "タ", "3", "5")
    ]
    assert pieces("Don't say 3, 中文，") == ["Don't", "say", "3", ",", "中", "文", "，"]
    assert mostly_cjk(["中文 ab", "中"])
    assert not mostly_cjk(["中 abc"])


@pytest.mark.parametrize("text", ["Hello, world (yes)!", "你好，世界。", "In 中文 it is"])
def test_pieces_join_again(text: str) -> None:
    assert joined(pieces(text)).replace(" ", "") == text.replace(" ", "")
    if " 中" not in text:
        assert joined(pieces(text)) == text


def test_sentences() -> None:
    assert sentences('It is 3.5 m. "Why?" he asked\n新年好。再見！吧') == [
        *("It is 3.5 m.", '"Why?"', "he asked", "新年好。", "再見！", "吧")
    ]
    assert sentences("") == [""]
