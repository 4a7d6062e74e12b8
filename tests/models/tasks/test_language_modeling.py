"""Language modelling through the task contract, its perplexity by hand, and generation."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from models.predict import Predictor
from models.spec import (
    FileData,
    FullTuning,
    GptModel,
    ModelSpec,
    PrefixTuning,
    PromptTuning,
    TrainParams,
    TrainSpec,
    TuningSpec,
)
from models.training import check_spec, train
from tests.contract.task_contract import TaskContract, write_rows
from tests.models.tasks.sentences import STORIES

MIDDLE = " and so do you."


class TestLanguageModeling(TaskContract):
    task = "language_modeling"
    network = "gpt2"
    rows = STORIES
    sizes: ClassVar = {**TaskContract.sizes, "hidden_size": 32}
    data: ClassVar = {"pack": False}
    refused: ClassVar = {"head": "tuning.name"}
    overfitting: ClassVar = {"epochs": 60, "learning_rate": 1e-2}
    best: ClassVar = {"perplexity": 1.5}  # The first token of a text, seven in a text, is anyone's guess among four.

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> ModelSpec:
        return GptModel(vocabulary_size=320, **cls.sizes)

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        """A text's beginning is continued to its end."""
        whole = [row["text"] for row in self.rows if MIDDLE in row["text"]]
        found = predictor.predict([text[: text.index(MIDDLE)] for text in whole])
        right = [one["text"] == text[text.index(MIDDLE) :] for one, text in zip(found, whole, strict=True)]
        assert sum(right) / len(right) >= 0.95


END = 2  # [SEP] of every byte-level vocabulary.
TEXTS = ["a red boat", "我看见一个红色的苹果", "b", "the green house is on the hill", "你好😀"]


def spec_for(
    path: Path, cache_dir: str, tuning: TuningSpec, *, texts: Sequence[str] = TEXTS, epochs: int = 1, **data: Any
) -> TrainSpec:
    """A short training of a small network of bytes that knows 64 positions."""
    written = write_rows(path, [{"text": text} for text in texts])
    settings = {"task": "language_modeling", "train": written, "validation": written, "test_fraction": 0.0}
    sizes = {"hidden_size": 32, "layers": 1, "heads": 2, "positions": 64, "dropout": 0.0}
    return TrainSpec(
        data=FileData(source="json", **{"max_length": 24, **settings, **data}),
        model=GptModel(vocabulary="bytes", **sizes),
        tuning=tuning,
        train=TrainParams(epochs=epochs, eval_every_epochs=epochs, learning_rate=1e-2, batch_size=2, precision="fp32"),
        cache_dir=cache_dir,
    )


def log_odds(predictor: Predictor, ids: Sequence[int]) -> list[float]:
    """What the network says of each token but the first, given those before it."""
    ids_1l = torch.tensor([ids])
    with torch.no_grad():
        odds_lv = predictor.network(input_ids=ids_1l, attention_mask=torch.ones_like(ids_1l))[0].log_softmax(-1)
    return [float(odds_lv[at, ids[at + 1]]) for at in range(len(ids) - 1)]


@pytest.mark.parametrize("pack", [True, False])
def test_perplexity_is_that_of_every_token_but_a_blocks_first(pack: bool, tmp_path: Path, cache_dir: str) -> None:
    result = train(spec_for(tmp_path / "rows.jsonl", cache_dir, FullTuning(), pack=pack), None, tmp_path / "out")
    predictor = Predictor.load(str(result.weights))
    # By hand: the bytes of each text and its end mark; blocks of 24 of each text, or of all texts in a row.
    tokenizer = predictor.tokenizers.source
    written = [[*tokenizer(text, add_special_tokens=False)["input_ids"], END] for text in TEXTS]
    assert [len(ids) - 1 for ids in written] == [len(text.encode()) for text in TEXTS]
    streams = [[token for ids in written for token in ids]] if pack else written
    found = [log_odds(predictor, ids[at : at + 24]) for ids in streams for at in range(0, len(ids), 24)]
    mean = -sum(map(sum, found)) / sum(map(len, found))
    metrics = result.evaluations[-1].metrics
    assert metrics["loss"] == pytest.approx(mean, rel=1e-4)
    assert metrics["perplexity"] == pytest.approx(math.exp(mean), rel=1e-4)
    assert metrics["perplexity"] < 261  # What chance gives.


def test_a_prompts_perplexity_is_that_of_its_own_tokens(tmp_path: Path, cache_dir: str) -> None:
    spec = spec_for(tmp_path / "rows.jsonl", cache_dir, FullTuning())
    predictor = Predictor.load(str(train(spec, None, tmp_path / "out").weights))
    odds = log_odds(predictor, predictor.tokenizers.source("红 x", add_special_tokens=False)["input_ids"])
    assert len(odds) == 4
    found = predictor.predict(["红 x", "r", ""])
    assert found[0]["perplexity"] == pytest.approx(math.exp(-sum(odds) / 4), rel=1e-4)
    assert [one["perplexity"] for one in found[1:]] == [None, None]


def test_chinese_comes_back_byte_for_byte(tmp_path: Path, cache_dir: str) -> None:
    texts = ["问：天空的颜色？答：“蓝色”😀。", "ask: what colour is grass? answer: green."]  # noqa: RUF001  # full-width marks
    path = tmp_path / "rows.jsonl"
    spec = spec_for(path, cache_dir, FullTuning(), texts=texts, epochs=80, max_length=64, pack=False)
    predictor = Predictor.load(str(train(spec, None, tmp_path / "out").weights))
    starts = [text[: text.index("颜") if "颜" in text else text.index("colour")] for text in texts]
    assert [start + found["text"] for start, found in zip(starts, predictor.predict(starts), strict=True)] == texts


@pytest.mark.parametrize("tuning", [FullTuning(), PromptTuning(tokens=16), PrefixTuning(tokens=16)])
def test_generation_stays_within_the_models_positions(tuning: TuningSpec, tmp_path: Path, cache_dir: str) -> None:
    spec = spec_for(tmp_path / "rows.jsonl", cache_dir, tuning, max_length=40, max_target_length=100)
    assert check_spec(spec) == []
    predictor = Predictor.load(str(train(spec, None, tmp_path / "out").weights))
    beginning = "the beginning of a text that is longer than forty tokens, which is cut on the left"
    taken = getattr(tuning, "tokens", 0)
    for given, places in ((beginning, 40), ("x", 1)):
        (found,) = predictor.predict([given])
        assert 0 < len(found["text"]) <= 64 - taken - places  # A byte gives one character at most.
