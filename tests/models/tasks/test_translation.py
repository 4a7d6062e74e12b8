"""Translation through the task contract, and what only it has: two texts, two vocabularies, generation."""

from collections.abc import Mapping
from typing import ClassVar

import pytest

from models.metrics.translation import translation_scores
from models.predict import Predictor
from models.spec import EncoderDecoderModel, HubModel, ModelSpec, TinyModel
from tests.contract.task_contract import TaskContract
from tests.contract.task_strategies import STRATEGIES
from tests.models.tasks.checkpoints import save_checkpoint
from tests.models.tasks.sentences import TRANSLATIONS

HEAVY = frozenset(STRATEGIES) - {"full", "lora"}


class TranslationContract(TaskContract):
    task = "translation"
    rows = TRANSLATIONS
    overfitting: ClassVar = {"epochs": 60, "learning_rate": 1e-2, "batch_size": 8}
    best: ClassVar = {"chrf": 95.0, "bleu": 95.0}

    def inputs(self, rows):  # type: ignore
        return [row["source"] for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        texts = [found["text"] for found in predictor.predict(self.inputs(self.rows))]
        scores = translation_scores(texts, [[row["target"]] for row in self.rows])
        assert scores == pytest.approx({name: reached[name] for name in scores})


class TestPair(TranslationContract):
    network = "pair"

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
    refused: ClassVar = {"head": "tuning.name", "bitfit": "tuning.name"}


class TestMarian(HubContract):
    network = "marian"


class TestBart(HubContract):
    network = "bart"
