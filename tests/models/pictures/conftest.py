"""A tiny model of every task, trained so little that it is often wrong, and its picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from models.data import PreparedData, prepare
from models.pictures import Picture, make_picture
from models.predict import Predictor
from models.spec import (
    DataSpec,
    EncoderDecoderModel,
    FileData,
    FullTuning,
    GptModel,
    ModelSpec,
    MultiTaskData,
    TinyModel,
    TrainParams,
    TrainSpec,
)
from models.training import train
from tests.contract.task_contract import write_rows
from tests.models.tasks.conftest import quick as quick  # One thread: these matrices are small.
from tests.models.tasks.sentences import ENTITIES, QUESTIONS, REPORTS, REVIEWS, STARS, STORIES, TOPICS, TRANSLATIONS

SIZES: dict[str, Any] = {"hidden_size": 16, "layers": 1, "heads": 2, "dropout": 0.0}
WITHOUT_ANSWER = {"question": "when?", "answers": {"text": [], "answer_start": []}}
ROWS: dict[str, Sequence[Mapping[str, Any]]] = {
    "text_classification": REVIEWS,
    "multi_label_classification": TOPICS,
    "regression": STARS,
    "token_classification": ENTITIES,
    "question_answering": [*QUESTIONS[:24], *({**row, **WITHOUT_ANSWER} for row in QUESTIONS[24:])],
    "translation": TRANSLATIONS,
    "summarization": REPORTS,
    "language_modeling": STORIES,
}
PARTS = {"reviews": "text_classification", "names": "token_classification"}
STEPS = {"token_classification": 30, "question_answering": 40, "translation": 80, "summarization": 80}


@dataclass(frozen=True)
class Drawn:
    """A trained model, what it was trained on, how good that was, and its picture."""

    weights: str
    predictor: Predictor
    data: PreparedData
    metrics: Mapping[str, float]
    picture: Picture

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The validation rows, normalized."""
        return list(self.data.raw.validation)


def model_of(task: str) -> ModelSpec:
    if task in ("translation", "summarization"):
        writes = TinyModel(vocabulary="learned", vocabulary_size=320, init_seed=1, **SIZES)
        return EncoderDecoderModel(encoder=TinyModel(**SIZES), decoder=writes)
    return GptModel(vocabulary_size=320, **SIZES) if task == "language_modeling" else TinyModel(pooling="max", **SIZES)


def data_of(task: str, folder: Path) -> DataSpec:
    settings: dict[str, Any] = {"test_fraction": 0.0, "max_length": 64}
    if task == "multi_task":
        files = {name: write_rows(folder / name, ROWS[own]) for name, own in PARTS.items()}
        tasks = {
            name: {"source": "json", "task": own, "train": files[name], "validation": files[name]}
            for name, own in PARTS.items()
        }
        return MultiTaskData(tasks=tasks, **settings)
    path = write_rows(folder / "rows.jsonl", ROWS[task])
    settings |= {"max_target_length": 24, "pack": False}
    return FileData(source="json", task=task, train=path, validation=path, **settings)


@pytest.fixture(scope="session")
def drawn(cache_dir: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Drawn]:
    """The picture of a task; trained once for all tests."""

    @cache
    def make(task: str) -> Drawn:
        folder = tmp_path_factory.mktemp(task)
        steps = STEPS.get(task, 8)
        params = TrainParams(
            max_steps=steps, eval_every_steps=steps, learning_rate=5e-3, batch_size=8, precision="fp32"
        )
        spec = TrainSpec(data_of(task, folder), model_of(task), FullTuning(), params, cache_dir=cache_dir)
        result = train(spec, out_dir=folder / "out")
        data = prepare(spec.data, spec.model, cache_dir)
        predictor = Predictor.load(str(result.weights))
        return Drawn(
            str(result.weights), predictor, data, result.evaluations[-1].metrics, make_picture(predictor, data)
        )

    return make
