"""Translation through the task contract, and what only it has: two texts, two vocabularies, generation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from models.data import PreparedData, prepare
from models.metrics.translation import translation_scores
from models.predict import Predictor
from models.spec import (
    EncoderDecoderModel,
    FileData,
    FullTuning,
    HubModel,
    ModelSpec,
    PrefixTuning,
    TinyModel,
    TrainParams,
    TrainSpec,
    TuningSpec,
)
from models.tasks import Translation
from models.tasks.seq2seq import generate
from models.training import check_spec, train
from tests.contract.task_contract import TaskContract, write_rows
from tests.contract.task_strategies import STRATEGIES
from tests.models.tasks.checkpoints import save_checkpoint
from tests.models.tasks.sentences import TRANSLATIONS

HEAVY = frozenset(STRATEGIES) - {"full", "lora"}


class TranslationContract(TaskContract):
    task = "translation"
    rows = TRANSLATIONS
    overfitting: ClassVar = {"epochs": 60, "learning_rate": 1e-2, "batch_size": 8}
    best: ClassVar = {"chrf": 95.0, "bleu": 95.0}

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [row["source"] for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        texts = [found["text"] for found in predictor.predict(self.inputs(self.rows))]
        scores = translation_scores(texts, [[row["target"]] for row in self.rows])
        assert scores == pytest.approx({name: reached[name] for name in scores})


class TestPair(TranslationContract):
    network = "pair"
    data: ClassVar = {"num_beams": 3}

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
        writes = TinyModel(vocabulary="learned", vocabulary_size=320, init_seed=1, **cls.sizes)
        return EncoderDecoderModel(encoder=TinyModel(**cls.sizes), decoder=writes)


class HubContract(TranslationContract):
    slow = HEAVY
    refused: ClassVar = {"head": "tuning.name"}

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
        folder = tmp_path_factory.mktemp(cls.network)
        texts = [row[side] for row in cls.rows for side in ("source", "target")]
        return HubModel(name=cls.network, id=save_checkpoint(folder, cls.network, texts), dropout=cls.sizes["dropout"])


class TestT5(HubContract):
    network = "t5"
    data: ClassVar = {"prefix": "to Chinese: "}
    refused: ClassVar = {"head": "tuning.name", "bitfit": "tuning.name"}


class TestMarian(HubContract):
    network = "marian"


class TestBart(HubContract):
    network = "bart"


SIDES = {
    "encoder": TinyModel(hidden_size=16, layers=1, heads=2, dropout=0.0),
    "decoder": TinyModel(hidden_size=16, layers=1, heads=2, dropout=0.0, vocabulary="learned", vocabulary_size=320),
}
IGNORED = -100  # Torch's own convention.


@pytest.fixture
def pair(tmp_path: Path, cache_dir: str) -> tuple[TrainSpec, PreparedData]:
    """A model that reads bytes and writes tokens learned from the targets, and its data."""
    path = write_rows(tmp_path / "rows.jsonl", TRANSLATIONS)
    data = FileData(source="json", task="translation", train=path, validation=path, test_fraction=0.0, prefix="zh: ")
    params = TrainParams(epochs=1, learning_rate=1e-2, precision="fp32")
    spec = TrainSpec(data, EncoderDecoderModel(**SIDES), FullTuning(), params, cache_dir=cache_dir)
    return spec, prepare(spec.data, spec.model, cache_dir)


def test_each_side_has_its_own_tokens(pair: tuple[TrainSpec, PreparedData], tmp_path: Path) -> None:
    spec, data = pair
    source, target = data.tokenizers.source, data.tokenizers.target
    assert (len(source), len(target)) == (261, 320)
    for row, tokens in zip(TRANSLATIONS, data.train, strict=True):
        assert source.decode(tokens["input_ids"]) == f"[CLS]zh: {row['source']}[SEP]"
        assert target.decode(tokens["labels"]) == f"{row['target']}[SEP]"
        assert len(tokens["labels"]) < len(row["target"].encode())
    predictor = Predictor.load(str(train(spec, None, tmp_path / "out").weights))
    loaded = predictor.tokenizers
    for before, after in ((source, loaded.source), (target, loaded.target)):
        assert after.get_vocab() == before.get_vocab()
    assert predictor.card.data["prefix"] == "zh: "


def test_the_decoder_reads_the_target_one_token_late(pair: tuple[TrainSpec, PreparedData]) -> None:
    spec, data = pair
    target = data.tokenizers.target
    network = Translation().build(spec.model, data, 0)
    config = network.config
    marks = config.decoder_start_token_id, config.eos_token_id, config.pad_token_id
    assert marks == (target.cls_token_id, target.sep_token_id, target.pad_token_id)
    inputs = {"input_ids": torch.tensor([[1, 9, 2], [1, 8, 2]]), "attention_mask": torch.ones(2, 3, dtype=torch.int64)}
    labels_bt = torch.tensor([[11, 12, 13, 2], [21, 2, IGNORED, IGNORED]])
    late_bt = torch.tensor([[1, 11, 12, 13], [1, 21, 2, 0]])
    with torch.no_grad():
        logits_btv = network(**inputs, labels=labels_bt)
        plain_btv = network.backbone(**inputs, decoder_input_ids=late_bt).logits
    assert torch.equal(logits_btv, plain_btv)


@pytest.mark.parametrize("num_beams", [1, 3])
def test_generation_stops_at_the_end_mark_and_only_there(pair: tuple[TrainSpec, PreparedData], num_beams: int) -> None:
    spec, data = pair
    network: Any = Translation().build(spec.model, data, 0).eval()
    bias_v = network.backbone.decoder.cls.predictions.bias
    inputs = {"input_ids": torch.tensor([[1, 9, 2], [1, 8, 2]]), "attention_mask": torch.ones(2, 3, dtype=torch.int64)}
    letter = data.tokenizers.target.convert_tokens_to_ids("x")
    with torch.no_grad():
        bias_v[letter] += 100.0
        assert generate(network, inputs, data.tokenizers, 7, num_beams) == ["x" * 7] * 2
        bias_v[data.tokenizers.target.sep_token_id] += 200.0
        assert generate(network, inputs, data.tokenizers, 7, num_beams) == ["", ""]


@pytest.mark.parametrize(("tuning", "longest"), [(FullTuning(), 24), (PrefixTuning(tokens=5), 19)])
def test_what_is_written_has_places_in_the_decoder(
    pair: tuple[TrainSpec, PreparedData], tmp_path: Path, tuning: TuningSpec, longest: int
) -> None:
    texts = [row[side] for row in TRANSLATIONS for side in ("source", "target")]
    folder = save_checkpoint(tmp_path / "bart", "bart", texts, positions=24)
    rows = [{"source": "a b", "target": "x y z " * 9}, {"source": "b", "target": "y"}]
    path = write_rows(tmp_path / "long.jsonl", rows)
    data = replace(pair[0].data, train=path, validation=path, max_length=16, max_target_length=longest)
    spec = replace(pair[0], data=data, model=HubModel(name="bart", id=folder, dropout=0.0), tuning=tuning)
    (problem,) = check_spec(replace(spec, data=replace(data, max_target_length=longest + 1)))
    assert problem.where == "data.max_target_length"
    assert f"at most {longest}" in problem.message
    assert check_spec(spec) == []
    assert len(prepare(data, spec.model, spec.cache_dir).train[0]["labels"]) == longest
    predictor = Predictor.load(str(train(spec, None, tmp_path / "out").weights))
    (found,) = predictor.predict(["a b"])
    assert len(found["text"]) >= longest  # The new network does not stop by itself; a token is a letter or more.
