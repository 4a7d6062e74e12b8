"""Token classification through the task contract, and the way from words to tokens and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from datasets import Dataset

from models.data import prepare
from models.metrics.entities import token_classification_scores
from models.predict import Predictor
from models.pretrained import Tokenizers, load_tokenizer
from models.spec import FileData, FullTuning, ModelSpec, TinyModel, TrainParams, TrainSpec
from models.tasks import Rows
from models.tasks.token_classification import TokenClassification
from models.training import train
from tests.contract.task_contract import TaskContract, write_rows
from tests.models.tasks.sentences import ENTITIES

IGNORED = -100  # Torch's own convention.
# A word of several pieces, one of several Chinese characters, one with a hyphen, and one that WordPiece drops.
WORDS = ["Unbelievably", "王小明", "left", "New-York", "\u200b", "today"]
TAGS = ["O", "B-PER", "O", "B-LOC", "O", "B-TIME"]


class TestTokenClassification(TaskContract):
    task = "token_classification"
    rows = ENTITIES
    overfitting: ClassVar = {"epochs": 40, "learning_rate": 1e-2}
    best: ClassVar = {"f1": 0.95, "accuracy": 0.95}

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [row["tokens"] for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        found, labels = predictor.predict(self.inputs(self.rows)), predictor.card.labels
        tags = ([row["tags"] for row in self.rows], [one["tags"] for one in found])
        true, predicted = ([[labels.index(tag) for tag in row] for row in side] for side in tags)
        scores = token_classification_scores(true, predicted, labels)
        assert scores == pytest.approx({name: reached[name] for name in scores})
        assert [one["tokens"] for one in found] == self.inputs(self.rows)
        assert all(0.0 < score <= 1.0 for one in found for score in one["scores"])


def tagged(path: Path, rows: Sequence[Mapping[str, Any]], **settings: Any) -> FileData:
    written = write_rows(path, rows)
    task = {"task": "token_classification", "train": written, "validation": written, "test_fraction": 0.0}
    return FileData(source="json", **task, **settings)


@pytest.mark.parametrize("vocabulary", ["bytes", "learned", "wordpiece"])
def test_a_words_tag_stands_at_the_first_of_its_tokens(
    vocabulary: str, request: pytest.FixtureRequest, tmp_path: Path, cache_dir: str
) -> None:
    model: ModelSpec
    if vocabulary == "wordpiece":
        model = request.getfixturevalue("minilm")
    else:
        model = TinyModel(vocabulary=vocabulary, vocabulary_size=300)
    rows = [{"tokens": WORDS, "tags": TAGS}, {"tokens": WORDS[::-1], "tags": TAGS[::-1]}]
    data = prepare(tagged(tmp_path / "rows.jsonl", rows), model, cache_dir)
    tokenizer = data.tokenizers.source
    for at, row in enumerate(rows):
        ids, labels, words = (data.train[at][name] for name in ("input_ids", "labels", "words"))
        firsts = [token for token, word in enumerate(words) if word >= 0]
        dropped = {"\u200b"} if vocabulary == "wordpiece" else set()
        kept = [index for index, word in enumerate(row["tokens"]) if word not in dropped]
        assert [words[token] for token in firsts] == kept
        assert [data.labels[labels[token]] for token in firsts] == [row["tags"][index] for index in kept]
        assert {label for token, label in enumerate(labels) if token not in firsts} == {IGNORED}
        for index, start, end in zip(kept, firsts, [*firsts[1:], len(ids) - 1], strict=True):
            written = tokenizer.decode(ids[start:end]).replace(" ", "")
            assert written.lower() == row["tokens"][index].lower()


def test_words_past_the_longest_input_count_as_wrong_unless_they_are_o(tmp_path: Path, cache_dir: str) -> None:
    # A byte a token: " abcd" is 5 of 8 places for text, " ef" the other 3; what follows does not fit.
    rows = [
        {"tokens": ["abcd", "ef", "gh"], "tags": ["B-X", "O", "B-X"]},
        {"tokens": ["abcd", "ef", "ij"], "tags": ["B-X", "O", "O"]},
    ]
    spec = TrainSpec(
        data=tagged(tmp_path / "rows.jsonl", rows, max_length=10),
        model=TinyModel(hidden_size=16, heads=2, dropout=0.0),
        tuning=FullTuning(),
        train=TrainParams(epochs=30, learning_rate=2e-2, eval_every_epochs=30, precision="fp32"),
        cache_dir=cache_dir,
    )
    result = train(spec, None, tmp_path / "out")
    assert result.evaluations[-1].metrics["accuracy"] == pytest.approx(5 / 6)
    assert result.evaluations[-1].metrics["recall"] == pytest.approx(2 / 3)
    (found,) = Predictor.load(str(result.weights)).predict([["abcd", "ef", "gh"]])
    assert found["tags"] == ["B-X", "O", "O"]
    assert found["scores"][2] is None
    assert min(found["scores"][:2]) > 0.5


def test_balanced_weights_count_words_not_tokens() -> None:
    labels = [[IGNORED, 0, IGNORED, 0, 0, 1, IGNORED]]
    columns = {"input_ids": [[1] * 7], "labels": labels}
    tokenizer = load_tokenizer(TinyModel())
    rows = Rows.from_dataset(Dataset.from_dict(columns), Tokenizers(tokenizer, tokenizer))
    criterion = TokenClassification().criterion(rows, {"labels": ["O", "X"]}, TrainParams(class_weights="balanced"))
    batch = rows.batch(np.array([0]))
    assert criterion.weight_of(batch) == pytest.approx(3 * 4 / (2 * 3) + 1 * 4 / (2 * 1))
    even = criterion.loss_sum(torch.zeros(1, 7, 2), batch)
    assert even.item() == pytest.approx(4 * np.log(2))
