import math
from collections import Counter

import pytest

from models.metrics.translation import translation_scores


def bleu(predicted: list[list[str]], references: list[list[str]]) -> float:
    """BLEU of tokens with one reference a row, from the formula of Papineni et al."""
    logs = []
    for order in range(1, 5):
        right = total = 0
        for got, wanted in zip(predicted, references, strict=True):
            grams = [Counter(tuple(row[i : i + order]) for i in range(len(row) - order + 1)) for row in (got, wanted)]
            right, total = right + (grams[0] & grams[1]).total(), total + grams[0].total()
        logs.append(math.log(right / total))
    lengths = [sum(map(len, rows)) for rows in (predicted, references)]
    return 100 * math.exp(sum(logs) / 4 + min(0, 1 - lengths[1] / lengths[0]))


def test_chinese_is_scored_by_characters() -> None:
    predicted, references = ["我今天去了那个大学校", "他是老师"], ["我今天去了那所大学校", "他是一位老师"]
    expected = bleu([list(text) for text in predicted], [list(text) for text in references])
    assert translation_scores(predicted, [[text] for text in references])["bleu"] == pytest.approx(expected)


def test_english_is_scored_by_words() -> None:
    predicted, references = ["the cat sat on the mat today"], ["the cat sat on the red mat today"]
    scores = translation_scores(predicted, [references])
    assert scores["bleu"] == pytest.approx(bleu([predicted[0].split()], [references[0].split()]))
    assert 60 < scores["chrf"] < 100


def test_one_of_several_references_is_enough_and_rows_may_have_different_counts() -> None:
    predicted = ["we go home at once now", "it is raining on the roof"]
    references = [["let us return", "we go home at once now", "home"], ["it is raining on the roof"]]
    assert translation_scores(predicted, references) == pytest.approx({"chrf": 100, "bleu": 100})
    with pytest.raises(ValueError, match="got 1 and 2 rows"):
        translation_scores(predicted[:1], references)
