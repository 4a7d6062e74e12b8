"""Pictures of trained models, against scikit-learn, SciPy and the models' own predictions."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import concatenate_datasets
from sacrebleu import sentence_chrf
from sklearn.metrics import confusion_matrix, mean_absolute_error, precision_recall_fscore_support

from models.errors import InputError, TrainingOutOfMemoryError
from models.metrics.characters import words
from models.metrics.language_modeling import perplexity
from models.network import Network
from models.pictures import PAINTERS, make_picture, picture_of
from models.pictures.look import FIRST, MOST_AT_ONCE, look
from models.predict import Predictor
from models.tasks import TASKS
from tests.models.pictures.conftest import Drawn

Draw = Callable[[str], Drawn]
EVERY = sorted(TASKS)
GENERATING = ("translation", "summarization")


def test_every_task_has_a_picture() -> None:
    assert {*PAINTERS, "multi_task"} == TASKS.keys()


@pytest.mark.parametrize("task", EVERY)
def test_it_measures_what_the_training_did(drawn: Draw, task: str) -> None:
    found = drawn(task)
    picture = found.picture
    assert picture.task == task
    assert picture.rows == picture.rows_available == len(found.rows)
    assert picture.metrics
    if task in GENERATING:  # An evaluation stops at a tenth more than the longest reference, a prediction later.
        return
    wanted = {name: value for name, value in found.metrics.items() if name in picture.metrics}
    assert wanted.keys() == picture.metrics.keys()
    assert picture.metrics == pytest.approx(wanted, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("task", EVERY)
def test_it_is_json_of_a_known_kind(drawn: Draw, task: str) -> None:
    picture = drawn(task).picture
    found = json.loads(json.dumps(picture.to_json(), allow_nan=False))
    assert found["kind"] == ("parts" if task == "multi_task" else PAINTERS[task].kind)
    assert found["metrics"] == pytest.approx(dict(picture.metrics), rel=1e-5)


@pytest.mark.parametrize("task", [task for task in EVERY if task not in ("multi_task", "language_modeling")])
def test_the_worst_are_rows_of_the_data_with_what_the_model_says_of_them(drawn: Draw, task: str) -> None:
    found = drawn(task)
    worst = found.picture.body.worst
    assert worst
    for mistake in worst:
        row = found.rows[mistake.row]
        (said,) = found.predictor.predict(PAINTERS[task].questions([row]))
        assert mistake.true != mistake.said
        assert mistake.said == shown(said, mistake.said)
        for name, text in mistake.inputs.items():
            assert words(text) == words(row[name] if name in row else " ".join(row["tokens"]))


def shown(said: Mapping[str, Any], as_shown: str) -> str:
    """A prediction as a person is to see it; of tags, whose marks have a test of their own, as it was shown."""
    if "labels" in said:
        return ", ".join(said["labels"]) or "(none)"
    if "value" in said:
        return f"{said['value']:.6g}"
    if "answer" in said:
        return said["answer"] or "(no answer)"
    return said.get("label", said.get("text", as_shown))


def test_classes_are_scikit_learns(drawn: Draw) -> None:
    found = drawn("text_classification")
    body, labels = found.picture.body, list(found.data.labels)
    true = [labels[row["label"]] for row in found.rows]
    told = found.predictor.predict([row["text"] for row in found.rows])
    said = [one["label"] for one in told]
    assert body.confusion.labels == labels
    assert body.confusion.counts == confusion_matrix(true, said, labels=labels).tolist()
    table = np.array(precision_recall_fscore_support(true, said, labels=labels, zero_division=0))
    got = [[share.precision or 0, share.recall or 0, share.f1 or 0, share.support] for share in body.per_class]
    assert np.array(got) == pytest.approx(table.T)
    assert len(body.worst) == sum(a != b for a, b in zip(true, said, strict=True))
    sure = [mistake.confidence for mistake in body.worst]
    assert sure == sorted(sure, reverse=True)
    assert all(one.confidence + one.score == pytest.approx(1) for one in body.worst)  # There are two classes.
    assert sum(one.count for one in body.calibration.bins) == len(true)


def test_labels_are_scikit_learns(drawn: Draw) -> None:
    found = drawn("multi_label_classification")
    body, labels = found.picture.body, list(found.data.labels)
    told = found.predictor.predict([row["text"] for row in found.rows])
    true = np.array([[at in row["label"] for at in range(len(labels))] for row in found.rows])
    said = np.array([[label in one["labels"] for label in labels] for one in told])
    table = np.array(precision_recall_fscore_support(true, said, zero_division=0))
    got = [[share.precision or 0, share.recall or 0, share.f1 or 0, share.support] for share in body.per_label]
    assert np.array(got) == pytest.approx(table.T)
    assert {one.wrong: one.rows for one in body.errors} == counted((true != said).sum(axis=1))
    assert [one.score for one in body.worst] == sorted((true != said).sum(axis=1).tolist(), reverse=True)[:20]


def test_numbers_are_numpys(drawn: Draw) -> None:
    found = drawn("regression")
    body = found.picture.body
    true, said = np.array(body.points).T
    assert true.tolist() == [row["label"] for row in found.rows]
    assert found.picture.metrics["mae"] == pytest.approx(mean_absolute_error(true, said))
    assert (body.mean_error, body.deviation) == pytest.approx(((said - true).mean(), (said - true).std()))
    assert sum(body.residuals.counts) == len(true)
    errors = [abs(mistake.score) for mistake in body.worst]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == pytest.approx(np.abs(said - true).max())


def test_entities_add_up(drawn: Draw) -> None:
    found = drawn("token_classification")
    body = found.picture.body
    assert (body.scheme, {share.label for share in body.per_type}) == ("entities", {"PER", "LOC"})
    assert sum(share.support for share in body.per_type) == 64  # A person and a place in each of 32 rows.
    right = sum((share.recall or 0) * share.support for share in body.per_type)
    said = sum(share.said for share in body.per_type)
    assert found.picture.metrics["f1"] == pytest.approx(2 * right / (64 + said))
    wrong = body.errors
    assert wrong["missed"] + wrong["bounds"] + wrong["type"] == pytest.approx(64 - right)
    assert np.array(body.confusion.counts).sum() == sum(len(row["tokens"]) for row in found.rows)
    assert np.trace(body.confusion.counts) / np.sum(body.confusion.counts) == pytest.approx(
        found.picture.metrics["accuracy"]
    )


def test_answers_add_up(drawn: Draw) -> None:
    found = drawn("question_answering")
    body = found.picture.body
    assert sum(body.outcomes.values()) == 32
    assert body.outcomes["invented"] + body.outcomes["rightly_none"] == 8
    assert {one.answer for one in body.by_length} == {"none", "1 word", "2-3 words"}
    exact = sum(one.exact_match * one.rows for one in body.by_length)
    assert exact == pytest.approx(32 * found.picture.metrics["exact_match"])
    assert exact == pytest.approx(body.outcomes["exact"] + body.outcomes["rightly_none"])
    assert sum(one.f1 * one.rows for one in body.by_length) == pytest.approx(32 * found.picture.metrics["f1"])


@pytest.mark.parametrize(("task", "score", "scale"), [("translation", "chrf", 100), ("summarization", "rougeL", 1)])
def test_texts_are_scored_row_by_row(drawn: Draw, task: str, score: str, scale: float) -> None:
    found = drawn(task)
    body = found.picture.body
    assert (body.score, body.scale) == (score, scale)
    assert sum(body.histogram.counts) == 32
    assert (body.histogram.edges[0], body.histogram.edges[-1]) == (0, scale)
    assert sum(one.rows * one.score for one in body.by_length) == pytest.approx(32 * body.mean)
    if task == "summarization":
        assert found.picture.metrics["rougeL"] == pytest.approx(body.mean)
    else:
        said = [one["text"] for one in found.predictor.predict([row["text"] for row in found.rows])]
        alone = [sentence_chrf(text, row["references"]).score for text, row in zip(said, found.rows, strict=True)]
        assert (body.mean, body.median) == pytest.approx((np.mean(alone), np.median(alone)))
    scores = [mistake.score for mistake in body.worst]
    assert scores == sorted(scores)
    assert scores[0] <= body.mean


def test_blocks_surprise_as_the_predictor_says(drawn: Draw) -> None:
    found = drawn("language_modeling")
    body = found.picture.body
    assert found.picture.metrics["perplexity"] == pytest.approx(perplexity(body.mean_loss))
    assert sum(body.histogram.counts) == body.blocks == 32
    tokens = sum(one.tokens for one in body.by_position)
    assert sum(one.tokens * one.loss for one in body.by_position) == pytest.approx(tokens * body.mean_loss, rel=1e-4)
    assert [one.low for one in body.by_position[:3]] == [2, 3, 5]
    for mistake in body.worst:
        assert mistake.inputs["text"] + mistake.true == found.rows[mistake.row]["text"]
        (said,) = found.predictor.predict([mistake.inputs["text"]])
        assert mistake.said == said["text"]
    scores = [mistake.score for mistake in body.worst]
    assert scores == sorted(scores, reverse=True)


def test_each_part_has_its_own(drawn: Draw) -> None:
    found = drawn("multi_task")
    parts = found.picture.body.parts
    assert [(part.name, part.kind, part.rows) for part in parts] == [("reviews", "classes", 32), ("names", "tags", 32)]
    assert found.picture.rows == 64
    assert found.picture.metrics["names/f1"] == parts[1].metrics["f1"]


def test_a_few_rows_are_drawn_and_always_the_same(drawn: Draw) -> None:
    found = drawn("regression")
    one, other = (make_picture(found.predictor, found.data, most=7) for _ in range(2))
    assert one == other
    assert (one.rows, one.rows_available, len(one.body.points)) == (7, 32, 7)
    assert {mistake.row for mistake in one.body.worst} != set(range(7))
    for mistake in one.body.worst:
        assert mistake.inputs["text"] == found.rows[mistake.row]["text"]


def test_out_of_time_it_stops_after_the_first_rows(drawn: Draw) -> None:
    found, rows = drawn("regression"), 3 * MOST_AT_ONCE
    many = concatenate_datasets([found.data.raw.validation] * (rows // 32))
    picture = look(
        PAINTERS["regression"], found.predictor, many, found.data.about, "regression", most=rows, seconds=0.0
    )
    assert (picture.rows, picture.rows_available, len(picture.body.points)) == (FIRST, rows, FIRST)
    whole = look(PAINTERS["regression"], found.predictor, many, found.data.about, "regression", most=rows, seconds=60.0)
    assert whole.rows == rows
    assert [true for true, _ in whole.body.points] == many["label"][:]


def test_a_split_without_rows_has_no_picture(drawn: Draw) -> None:
    found = drawn("text_classification")
    with pytest.raises(InputError, match=r"data\.test: has no rows"):
        make_picture(found.predictor, found.data, "test")


def test_a_folder_gives_the_same(drawn: Draw) -> None:
    found = drawn("text_classification")
    assert picture_of(found.weights, found.data) == found.picture


def counted(values_n: np.ndarray) -> dict[int, int]:
    values, counts = np.unique(values_n, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


class Hungry(Network):
    """A network that never fits into memory."""

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize("task", ["text_classification", "language_modeling"])
def test_what_does_not_fit_into_memory_is_said(drawn: Draw, task: str) -> None:
    found = drawn(task)
    hungry = Predictor(Hungry(found.predictor.network.backbone), found.predictor.tokenizers, found.predictor.card)
    with pytest.raises(TrainingOutOfMemoryError, match="does not fit into the memory of cpu"):
        make_picture(hungry, found.data)


def test_damaged_weights_are_said(drawn: Draw, tmp_path: Path) -> None:
    found = drawn("text_classification")
    folder = Path(shutil.copytree(found.weights, tmp_path / "damaged"))
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    with pytest.raises(InputError, match="weights cannot be read"):
        picture_of(folder, found.data)
