"""The picture of a trained model: what it gets right and wrong on rows that it was not trained on."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError

from models.data import PreparedData, PreparedParts
from models.errors import InputError, TrainingOutOfMemoryError
from models.metrics.summarization import summarization_scores
from models.metrics.translation import translation_scores
from models.pictures.answers import AnswersPainter
from models.pictures.base import Painter, Picture
from models.pictures.blocks import BlocksPainter
from models.pictures.classes import ClassesPainter
from models.pictures.label_sets import LabelSetsPainter
from models.pictures.look import look
from models.pictures.numbers import NumbersPainter
from models.pictures.parts import PartPicture, PartsBody
from models.pictures.tags import TagsPainter
from models.pictures.texts import TextsPainter
from models.predict import Predictor
from models.training.memory import OUT_OF_MEMORY, device_name, forget_frames, is_out_of_memory

MOST_ROWS = 2000
SECONDS = 30.0  # What the end of a sweep may take longer, however large the model is.

PAINTERS: dict[str, Painter] = {
    "text_classification": ClassesPainter(),
    "multi_label_classification": LabelSetsPainter(),
    "regression": NumbersPainter(),
    "token_classification": TagsPainter(),
    "question_answering": AnswersPainter(),
    "translation": TextsPainter("chrf", 100.0, translation_scores),
    "summarization": TextsPainter("rougeL", 1.0, summarization_scores),
    "language_modeling": BlocksPainter(),
}
"""By task. That of several tasks is made of its parts'."""


def make_picture(
    predictor: Predictor,
    data: PreparedData,
    split: str = "validation",
    *,
    most: int = MOST_ROWS,
    seconds: float = SECONDS,
) -> Picture:
    """Look at rows of a split with a trained model; its device and precision are the predictor's.

    Args:
        predictor: The model.
        data: What it was trained on; the tokens are not used, so that they may be another model's.
        split: `train`, `validation` or `test`.
        most: Rows to look at, of each part where there are several; of more, some are drawn, always the same ones.
        seconds: After about so long no further rows are looked at.

    Raises:
        InputError: The split has no rows.
        TrainingOutOfMemoryError: One row does not fit into memory.
    """
    try:
        return _picture(predictor, data, split, most, seconds)
    except OUT_OF_MEMORY as error:
        if not is_out_of_memory(error):
            raise
        forget_frames(error)
        raise TrainingOutOfMemoryError("a prediction", device_name(predictor.device), str(error)) from error


def picture_of(
    folder: Path | str,
    data: PreparedData,
    split: str = "validation",
    *,
    seconds: float = SECONDS,
    gpu: bool = False,
    trust_remote_code: bool = False,
) -> Picture:
    """The picture of the model in a folder, in fp32.

    Args:
        folder: Weights that a training wrote (`TrainResult.weights`).
        data: As for `make_picture`.
        split: The same.
        seconds: The same; loading the model comes on top.
        gpu: Compute on the GPU.
        trust_remote_code: Run Python code that the folder's configuration names.

    Raises:
        InputError: The split has no rows, or the folder is no trained model's, or a damaged one.
        TrainingOutOfMemoryError: The model, or one row, does not fit into memory.
    """
    try:
        predictor = Predictor.load(folder, gpu=gpu, trust_remote_code=trust_remote_code)
        return make_picture(predictor, data, split, seconds=seconds)
    except OUT_OF_MEMORY as error:
        if not is_out_of_memory(error):
            if isinstance(error, SafetensorError):
                raise InputError.one(str(folder), f"its weights cannot be read: {error}") from error
            raise
        forget_frames(error)
        where = device_name(torch.device("cuda" if gpu else "cpu"))
        raise TrainingOutOfMemoryError("a trained model", where, str(error)) from error


def _picture(predictor: Predictor, data: PreparedData, split: str, most: int, seconds: float) -> Picture:
    task = predictor.card.task
    if not isinstance(data, PreparedParts):
        rows = getattr(data.raw, split)
        if not len(rows):
            raise InputError.one(f"data.{split}", "has no rows to look at")
        return look(PAINTERS[task], predictor, rows, data.about, task, most=most, seconds=seconds)
    parts = []
    for name, part in data.parts.items():
        rows, own = getattr(part.raw, split), data.about["tasks"][name]
        if len(rows):
            share = seconds / len(data.parts)
            one = look(PAINTERS[own], predictor, rows, part.about, own, most=most, seconds=share, part=name)
            parts.append(
                PartPicture(name, own, one.kind, one.rows, one.rows_available, one.metrics, one.body, one.notes)
            )
    if not parts:
        raise InputError.one(f"data.{split}", "has no rows to look at")
    metrics = {f"{part.name}/{name}": value for part in parts for name, value in part.metrics.items()}
    seen, available = (sum(counts) for counts in zip(*((p.rows, p.rows_available) for p in parts), strict=True))
    return Picture(task, "parts", seen, available, metrics, PartsBody(parts))
