import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import accuracy_score, f1_score, precision_score, recall_score
from sklearn import metrics as sklearn_metrics

from models.metrics.entities import entities, is_bio, token_classification_scores

BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
rows = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8), min_size=1, max_size=5
)


@given(rows)
def test_entity_scores_are_seqevals(pairs: list[list[tuple[int, int]]]) -> None:
    true, predicted = ([[pair[side] for pair in row] for row in pairs] for side in (0, 1))
    named = [[[BIO[tag] for tag in row] for row in side] for side in (true, predicted)]
    assert token_classification_scores(true, predicted, BIO) == pytest.approx(
        {
            "f1": f1_score(*named, zero_division=0),
            "precision": precision_score(*named, zero_division=0),
            "recall": recall_score(*named, zero_division=0),
            "accuracy": accuracy_score(*named),
        }
    )


@given(rows)
def test_tag_scores_are_scikit_learns(pairs: list[list[tuple[int, int]]]) -> None:
    true, predicted = ([[pair[side] for pair in row] for row in pairs] for side in (0, 1))
    flat = [[tag for row in side for tag in row] for side in (true, predicted)]
    options = {"average": "macro", "zero_division": 0}
    assert token_classification_scores(true, predicted, ["NOUN", "VERB", "ADJ", "DET", "PUNCT"]) == pytest.approx(
        {
            "f1": sklearn_metrics.f1_score(*flat, **options),
            "precision": sklearn_metrics.precision_score(*flat, **options),
            "recall": sklearn_metrics.recall_score(*flat, **options),
            "accuracy": sklearn_metrics.accuracy_score(*flat),
        }
    )


def test_a_dangling_inside_tag_begins_an_entity() -> None:
    assert entities(["I-PER", "I-PER", "I-LOC", "O", "B-PER", "B-PER"]) == {
        ("PER", 0, 2),
        ("LOC", 2, 3),
        ("PER", 4, 5),
        ("PER", 5, 6),
    }


def test_bio_is_told_from_other_tags() -> None:
    assert is_bio(BIO)
    assert is_bio(["I-PER", "O"])
    assert not is_bio(["O"])
    assert not is_bio(["NOUN", "B-PER", "O"])
