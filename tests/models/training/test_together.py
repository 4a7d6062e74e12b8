"""A training in two processes goes as it does in one, and leaves no process behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from models.errors import InputError, ProcessLostError, TrainingLeftError
from models.spec import Device, TinyModel, TrainSpec
from models.training import TrainResult, Wish, train
from models.training.helpers import Helpers
from models.training.together import Together
from tests.models.tasks.test_multi_task import EVERY, data_of
from tests.models.training.test_leaving import Asker, same_bits
from tests.waiting import wait_for

Make = Callable[..., TrainSpec]
TWO = Device(processes=2)
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []
    assert not torch.distributed.is_initialized()


def same_course(shared: TrainResult, alone: TrainResult) -> None:
    for one, other in zip(shared.evaluations, alone.evaluations, strict=True):
        assert (one.step, one.learning_rate) == (other.step, other.learning_rate)
        assert one.train_loss == pytest.approx(other.train_loss, abs=1e-5)
        assert one.metrics["loss"] == pytest.approx(other.metrics["loss"], abs=1e-5)


def test_accumulation_an_odd_batch_pieces_and_an_early_end(spec_of: Make) -> None:
    """32 rows in batches of 5: shares of 3 and 2 rows in pieces of 2, and at the end of 1 and 1."""
    settings = {"class_weights": "balanced", "label_smoothing": 0.1, "gradient_accumulation_steps": 2}
    early = {"epochs": 9, "early_stopping_patience": 1, "early_stopping_min_delta": 9.0}
    spec = spec_of(batch_size=5, **settings, **early)
    shared = train(replace(spec, device=TWO), pieces=2)
    assert shared.micro_batch_size == 2
    assert shared.stopped_early
    same_course(shared, train(spec))


def test_mixup_and_a_process_without_rows(spec_of: Make) -> None:
    """Of 32 rows in batches of 31, the last batch has one."""
    spec = spec_of(batch_size=31, mixup_alpha=0.4)
    same_course(train(replace(spec, device=TWO)), train(spec))


def test_several_tasks_of_which_a_step_sees_some(spec_of: Make, tmp_path: Path) -> None:
    """The optimizer passes over the heads of the others, as it does in one process."""
    data = data_of(tmp_path, {name: rows[:16] for name, (_, rows) in EVERY.items()})
    data.tasks["answers"]["max_length"] = 48
    spec = spec_of(model=TinyModel(hidden_size=16, dropout=0.0), data=data, batch_size=8, weight_decay=0.3)
    same_course(train(replace(spec, device=TWO)), train(spec))


def test_left_and_resumed_it_comes_to_the_same_bits(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(model=TinyModel(dropout=0.1), batch_size=8, metric="loss", device=TWO)
    whole = train(spec, None, tmp_path / "whole")
    with pytest.raises(TrainingLeftError):
        train(spec, None, tmp_path / "parts", ask=Asker(at_3=Wish.LEAVE))
    same_bits(train(spec, None, tmp_path / "parts", resume=True), whole)


def test_a_process_that_is_killed_is_told(spec_of: Make) -> None:
    def kill(step: int) -> Wish:
        for process in multiprocessing.active_children():
            os.kill(int(process.pid or 0), signal.SIGKILL)
        return Wish.GO_ON

    with pytest.raises(ProcessLostError, match="process 1 of the training has ended: it ended without a word"):
        train(spec_of(epochs=9, device=TWO), ask=kill)


def sum_or_fail(task: dict[str, Any], together: Together, meet: Callable[[torch.device], None]) -> None:
    if "early" in task:
        raise task["early"]
    meet(CPU)
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.tensor([1.0, 2.0])
    together.add_up([parameter], torch.tensor(0.5))
    if "late" in task:
        raise task["late"]


def test_sums() -> None:
    seen, unseen, frozen = (torch.nn.Parameter(torch.zeros(2)) for _ in range(3))
    frozen.requires_grad_(False)
    loss = torch.tensor(0.25)
    late = InputError.one("data.train", "is gone")
    with Helpers(sum_or_fail, {"late": late}, 2) as helpers:
        helpers.meet(CPU)
        helpers.together.add_up([seen, frozen], loss)
        with pytest.raises(ProcessLostError, match=r"process 1 .* InputError: data.train: is gone"):
            helpers.together.add_up([seen], loss)
    assert seen.grad is not None
    assert (seen.grad.tolist(), unseen.grad, frozen.grad, float(loss)) == ([1.0, 2.0], None, None, 0.75)


def test_memory_that_runs_out_in_another_process_is_told() -> None:
    early = RuntimeError("DefaultCPUAllocator: not enough memory")
    with Helpers(sum_or_fail, {"early": early}, 2) as helpers, pytest.raises(MemoryError, match="not enough memory"):
        helpers.meet(CPU)


SCRIPT = """
import os, sys
from pathlib import Path
from models.spec import Device, FileData, FullTuning, TinyModel, TrainParams, TrainSpec
from models.training import Wish, train

def ask(step):
    Path(sys.argv[2]).write_text(str(step))
    return Wish.GO_ON

if __name__ == "__main__":
    data, params, cache = eval(sys.argv[1])
    spec = TrainSpec(FileData(**data), TinyModel(), FullTuning(), TrainParams(**params), cache_dir=cache)
    train(TrainSpec(**{**vars(spec), "device": Device(processes=2)}), ask=ask)
"""


def test_nothing_outlives_a_process_that_is_killed(spec_of: Make, tmp_path: Path) -> None:
    spec = spec_of(epochs=100_000)
    script, steps = tmp_path / "script.py", tmp_path / "steps"
    script.write_text(SCRIPT, encoding="utf-8")
    arguments = repr((asdict(spec.data), asdict(spec.train), spec.cache_dir))
    root = Path(__file__).parents[3]
    running = subprocess.Popen(
        [sys.executable, str(script), arguments, str(steps)], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}
    )
    try:
        wait_for(steps.is_file, "the first step")
        others = psutil.Process(running.pid).children(recursive=True)
        assert others
    finally:
        running.kill()
        running.wait()

    def living() -> list[psutil.Process]:
        return [one for one in others if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    wait_for(lambda: not living(), "the others' end")
