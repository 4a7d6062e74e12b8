"""Summarization through the task contract."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from models.metrics.summarization import summarization_scores
from models.predict import Predictor
from models.spec import EncoderDecoderModel, HubModel, ModelSpec, TinyModel
from tests.contract.task_contract import TaskContract
from tests.contract.task_strategies import STRATEGIES
from tests.models.tasks.checkpoints import save_checkpoint
from tests.models.tasks.sentences import REPORTS


class SummarizationContract(TaskContract):
    task = "summarization"
    rows = REPORTS
    overfitting: ClassVar = {"epochs": 80, "learning_rate": 1e-2}
    best: ClassVar = {"rougeL": 0.95, "rouge1": 0.95, "rouge2": 0.95}

    def inputs(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [row["document"] for row in rows]

    def check_predictions(self, predictor: Predictor, reached: Mapping[str, float]) -> None:
        texts = [found["text"] for found in predictor.predict(self.inputs(self.rows))]
        scores = summarization_scores(texts, [[row["summary"]] for row in self.rows])
        assert scores == pytest.approx({name: reached[name] for name in scores})


class TestPair(SummarizationContract):
    network = "pair"

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> ModelSpec:
        sides = [TinyModel(vocabulary="learned", vocabulary_size=400, init_seed=seed, **cls.sizes) for seed in (0, 1)]
        return EncoderDecoderModel(encoder=sides[0], decoder=sides[1])


class TestBart(SummarizationContract):
    network = "bart"
    refused: ClassVar = {"head": "tuning.name"}
    slow = frozenset(STRATEGIES) - {"full", "lora"}

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
        texts = [row[side] for row in cls.rows for side in ("document", "summary")]
        folder = save_checkpoint(tmp_path_factory.mktemp("bart"), "bart", texts)
        return HubModel(name="bart", id=folder, dropout=cls.sizes["dropout"])
