"""A batch in pieces is the whole batch, for every kind of rows; and which errors mean that memory ran out."""

from __future__ import annotations

import errno
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from models.errors import (
    InputError,
    ProcessLostError,
    TrainingDivergedError,
    TrainingLeftError,
    TrainingOutOfMemoryError,
)
from models.spec import (
    DataSpec,
    EncoderDecoderModel,
    FileData,
    GptModel,
    HeadTuning,
    ModelSpec,
    PrefixTuning,
    TinyModel,
    TrainSpec,
)
from models.training import Wish, precision, train
from models.training.memory import is_out_of_memory
from models.training.pieces import Pieces, fewer_at_once
from tests.contract.task_contract import write_rows
from tests.models.tasks.sentences import STORIES, TRANSLATIONS
from tests.models.tasks.test_multi_task import EVERY, data_of

Make = Callable[..., TrainSpec]
TINY = TinyModel(hidden_size=16, dropout=0.0, pooling="max")
SIDE = TinyModel(hidden_size=16, layers=1, vocabulary="learned", vocabulary_size=320, dropout=0.0)
SMALL_GPT = GptModel(hidden_size=16, layers=1, heads=2, vocabulary_size=320, dropout=0.0)


def same_course(spec: TrainSpec, pieces: int, rows: int) -> None:
    """In pieces a training goes as it does in whole batches, up to rounding: bf16 keeps 8 bits of a number."""
    rel = 2e-3 if spec.train.precision == "bf16" else 1e-4
    whole, cut = train(spec), train(spec, pieces=pieces)
    assert (whole.micro_batch_size, cut.micro_batch_size) == (spec.train.batch_size, rows)
    assert {e.micro_batch_size for e in cut.evaluations} == {rows}
    for one, other in zip(cut.evaluations, whole.evaluations, strict=True):
        assert (one.step, one.epoch, one.learning_rate) == (other.step, other.epoch, other.learning_rate)
        assert one.train_loss == pytest.approx(other.train_loss, rel=rel)
        assert one.metrics["loss"] == pytest.approx(other.metrics["loss"], rel=rel)


@pytest.mark.parametrize(
    "changes",
    [
        {"gradient_accumulation_steps": 2, "class_weights": "balanced", "label_smoothing": 0.1},
        {"token_deletion": 0.2, "token_swap": 0.2},
        {"mixup_alpha": 0.4},
        {"tuning": HeadTuning()},
        {"tuning": PrefixTuning()},
        {"precision": "bf16"},
    ],
    ids=["weights", "deletion and swap", "mixup", "frozen features", "prefix", "bf16"],
)
def test_texts(spec_of: Make, changes: dict[str, Any]) -> None:
    if changes.get("precision") == "bf16" and "bf16" not in precision.supported(gpu=False):
        pytest.skip("this CPU computes no bf16")
    same_course(spec_of(model=TINY, **{"batch_size": 10, **changes}), 4, 3)


def test_several_tasks_at_once(spec_of: Make, tmp_path: Path) -> None:
    data = data_of(tmp_path, {name: rows[:20] for name, (_, rows) in EVERY.items()})
    data.tasks["answers"]["max_length"] = 48
    same_course(spec_of(model=TINY, data=data, batch_size=8, epochs=1, label_smoothing=0.1), 3, 3)


@pytest.mark.parametrize(
    ("task", "rows", "model"),
    [
        ("language_modeling", STORIES, SMALL_GPT),
        ("translation", TRANSLATIONS, EncoderDecoderModel(encoder=SIDE, decoder=replace(SIDE, init_seed=1))),
    ],
    ids=["language modelling", "translation"],
)
def test_texts_that_are_written(
    spec_of: Make, tmp_path: Path, task: str, rows: list[dict[str, Any]], model: ModelSpec
) -> None:
    path = write_rows(tmp_path / "rows.jsonl", rows)
    data: DataSpec = FileData(source="json", task=task, train=path, validation=path, test_fraction=0.0, max_length=32)
    same_course(spec_of(model=model, data=data, batch_size=8, epochs=1), 4, 2)


def test_a_training_in_pieces_goes_on_in_as_many(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(dropout=0.1), batch_size=8)
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path / "parts", pieces=4, ask=lambda step: Wish.LEAVE if step == 3 else Wish.GO_ON)
    result = train(spec, None, tmp_path / "parts", resume=True)
    whole = train(spec, None, tmp_path / "whole", pieces=4)
    assert [e.metrics for e in result.evaluations] == [e.metrics for e in whole.evaluations]
    assert result.micro_batch_size == 2


@pytest.mark.parametrize(
    ("batch_size", "count", "rows", "halved"),
    [(16, 1, 16, [8, 4, 2, 1]), (5, 1, 5, [3, 2, 1]), (7, 3, 3, [2, 1]), (4, 99, 1, [1]), (1, 1, 1, [1])],
)
def test_halving(batch_size: int, count: int, rows: int, halved: list[int]) -> None:
    pieces = Pieces(batch_size, count)
    assert pieces.rows == rows
    for expected in halved:
        pieces.more()
        assert pieces.rows == expected


def test_pieces_of_a_batch() -> None:
    pieces = Pieces(4, 2)
    batch = {"input_ids": torch.arange(6).reshape(3, 2), "part": torch.tensor(1)}
    found = list(pieces.of(batch))
    assert [one["input_ids"].tolist() for one in found] == [[[0, 1], [2, 3]], [[4, 5]]]
    assert [int(one["part"]) for one in found] == [1, 1]
    assert (pieces.share_of(64), pieces.share_of(1)) == (32, 1)


def test_fewer_rows_at_once_where_memory_runs_out() -> None:
    tried: list[int] = []

    def compute(rows: int) -> str:
        tried.append(rows)
        if rows > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        return "done"

    assert fewer_at_once(compute, 13, "an evaluation", torch.device("cpu")) == ("done", 3)
    assert tried == [13, 6, 3]
    with pytest.raises(TrainingOutOfMemoryError, match="an evaluation of one row does not fit into the memory of cpu"):
        fewer_at_once(lambda rows: compute(9), 8, "an evaluation", torch.device("cpu"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        fewer_at_once(lambda rows: fail(RuntimeError("shapes differ")), 8, "an evaluation", torch.device("cpu"))


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), True),
        (MemoryError(), True),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("std::bad_alloc"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_what_means_that_memory_ran_out(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize(
    "error",
    [
        InputError.one("train.epochs", "must be at least 1, got 0"),
        TrainingDivergedError("the training loss", 3),
        TrainingLeftError(3),
        TrainingOutOfMemoryError("a step", "cpu", "no"),
        ProcessLostError(1, "killed"),
    ],
)
def test_errors_reach_another_process(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
