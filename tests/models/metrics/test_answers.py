# ruff: noqa: RUF001 (Chinese punctuation)
import pytest

from models.metrics.answers import answer_words, question_answering_scores


@pytest.mark.parametrize(
    ("predicted", "answers", "exact", "f1"),
    [
        ("The Denver Broncos!", ["denver broncos"], 1, 1),
        ("Denver Broncos team", ["a Denver Broncos", "Carolina"], 0, 0.8),
        ("to be or not to be", ["to be"], 0, 0.5),
        ("state-of-the-art", ["stateoftheart"], 1, 1),
        ("李白", ["詩人李白。", "《李白》"], 1, 1),
        ("詩人李白", ["李白"], 0, 2 / 3),
        ("在1953年", ["1953 年"], 0, 0.8),
        ("", [], 1, 1),
        ("something", [], 0, 0),
        ("", ["something"], 0, 0),
        ("the", ["a"], 1, 1),
    ],
)
def test_scores_of_one_row(predicted: str, answers: list[str], exact: float, f1: float) -> None:
    assert question_answering_scores([predicted], [answers]) == pytest.approx({"exact_match": exact, "f1": f1})


def test_scores_are_means_and_rows_must_match() -> None:
    scores = question_answering_scores(["one", "two three"], [["one"], ["two"]])
    assert scores == pytest.approx({"exact_match": 0.5, "f1": (1 + 2 / 3) / 2})
    with pytest.raises(ValueError, match="longer"):
        question_answering_scores(["one"], [["one"], ["two"]])


def test_words_of_an_answer() -> None:
    assert answer_words("An  answer: the theme's A-team") == ["answer", "themes", "ateam"]
    assert answer_words("約1953年（民國42年）") == ["約", "1953", "年", "民", "國", "42", "年"]
