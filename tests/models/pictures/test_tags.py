"""Entities and tags: marked texts, and kinds of mistakes."""

from models.metrics.entities import entities
from models.pictures.base import Seen
from models.pictures.entities import marked, total_errors
from models.pictures.tags import TagsPainter

WORDS = ["Ada", "Lovelace", "left", "New", "York", "on", "Monday"]


def test_marks_stand_around_the_words() -> None:
    spans = entities(["B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "B-DAY"])
    assert marked(WORDS, spans) == "[PER Ada Lovelace] left [LOC New York] on [DAY Monday]"
    assert marked(WORDS, ()) == " ".join(WORDS)
    assert marked(list("王芳住在北京"), {("LOC", 4, 6)}) == "王芳住在 [LOC 北京]"


def test_of_a_long_row_the_words_near_the_mistake_are_shown() -> None:
    words = [f"w{at}" for at in range(200)]
    text = marked(words, [("X", 100, 102), ("Y", 5, 6)], around=100)
    assert text.startswith("… w90 ")
    assert text.endswith("w129 …")
    assert "[X w100 w101]" in text
    assert "Y" not in text


def test_kinds_of_mistakes() -> None:
    true = {("PER", 0, 2), ("LOC", 3, 5), ("DAY", 6, 7), ("ORG", 8, 9)}
    said = {("PER", 0, 2), ("LOC", 3, 4), ("LOC", 6, 7), ("PER", 10, 11)}
    assert total_errors([(true, said)]) == {"missed": 1, "invented": 1, "bounds": 1, "type": 1}
    assert total_errors([(true, true), (set(), set())]) == dict.fromkeys(("missed", "invented", "bounds", "type"), 0)


def seen(labels: list[str], true: list[int], said: list[str], scores: list[float | None]) -> Seen:
    rows = [{"tokens": WORDS[: len(true)], "label": true}]
    return Seen([7], rows, [{"tags": said, "scores": scores}], {"labels": labels}, predictor=None)  # type: ignore[arg-type]


def test_plain_tags_are_marked_where_they_are_wrong() -> None:
    metrics, body = TagsPainter().paint(seen(["N", "V"], [0, 0, 1], ["N", "V", "N"], [0.9, 0.8, 0.6]))
    assert (body.scheme, body.errors, metrics["accuracy"]) == ("tags", {}, 1 / 3)
    (mistake,) = body.worst
    assert (mistake.row, mistake.score, mistake.confidence) == (7, 2.0, 0.8)
    assert (mistake.true, mistake.said) == ("Ada [N Lovelace] [V left]", "Ada [V Lovelace] [N left]")


def test_words_that_the_model_never_saw_have_no_confidence() -> None:
    labels = ["O", "B-PER", "I-PER"]
    _, body = TagsPainter().paint(seen(labels, [1, 2, 0], ["B-PER", "O", "O"], [0.7, None, None]))
    assert sum(one.count for one in body.calibration.bins) == 1
    (mistake,) = body.worst
    assert mistake.confidence is None
    assert body.errors == {"missed": 0, "invented": 0, "bounds": 1, "type": 0}
